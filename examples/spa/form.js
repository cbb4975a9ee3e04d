/** What people fill in and press: a form that shows the API's `details` beside its fields, a search, a row of chips. */
import { h, icon } from "./dom.js";

const PAUSE_MS = 250; // after the last key, before a search is sent

/** `fields` are `{name, label, hint?, ...attributes of the input}`; `submit(values)` may throw ApiError. */
export function form({ fields, button, submit, danger = false }) {
  const problem = h("p", { class: "problem", role: "alert" });
  const rows = fields.map(row);
  const send = h("button", { class: danger ? "danger" : "primary" }, button);

  async function onsubmit(event) {
    event.preventDefault();
    rows.forEach(({ complain }) => complain(""));
    problem.textContent = "";
    const wasPressed = document.activeElement === send;
    send.disabled = true;
    try {
      await submit(Object.fromEntries(rows.map(({ input }) => [input.name, input.value])));
      rows.forEach(({ input }) => (input.value = input.type === "password" ? "" : input.value));
    } catch (error) {
      const wrong = rows.filter(({ input, complain }) => complain((error.details?.[input.name] ?? []).join(" ")));
      if (!wrong.length) problem.textContent = sentence(error);
      (wrong[0] ?? rows[0])?.input.focus();
    } finally {
      send.disabled = false;
      if (wasPressed && document.activeElement === document.body) send.focus(); // which it lost as it was disabled
    }
  }
  return h("form", { class: "form", onsubmit }, rows.map(({ node }) => node), problem, send);
}

/** What to say of a failure that belongs to no field here. */
function sentence({ message, details = {}, retryAfter, requestId }) {
  const wait = retryAfter && `Wait ${retryAfter} s, then try again.`;
  const reference = requestId && `(Request ${requestId})`;
  return [Object.values(details).flat().join(" ") || message, wait, reference].filter(Boolean).join(" ");
}

let count = 0;

function row({ name, label, hint = "", ...attributes }) {
  const id = `field-${++count}`;
  const remark = h("small", { id: `${id}-remark` }, hint);
  const input = h("input", { id, name, "aria-describedby": remark.id, required: true, maxlength: 256, ...attributes });
  /** Show what is wrong with this field ("": nothing) and return whether something is. */
  const complain = (words) => {
    input.setAttribute("aria-invalid", String(Boolean(words)));
    remark.textContent = words || hint;
    return Boolean(words);
  };
  return { input, complain, node: h("div", { class: "field" }, h("label", { for: id }, label), input, remark) };
}

/** Return a search field; `search(words)` is called when one pauses, or presses Enter, as long as the page is there. */
export function searchField({ label, placeholder, value, search, signal }) {
  let timer = 0;
  const begin = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(() => signal.aborted || search(field.value.trim()), pause);
  };
  const field = h("input", {
    type: "search", id: "search", value, placeholder,
    autocomplete: "off", maxlength: 200, enterkeyhint: "search", oninput: () => begin(PAUSE_MS),
  });
  return h("form", { role: "search", onsubmit: (event) => (event.preventDefault(), begin(0)) },
    h("label", { class: "search" }, icon("search"), h("span", { class: "unseen" }, label), field));
}

/** Leave out what is not given: an empty filter is no filter. */
export const given = (filters) => Object.fromEntries(Object.entries(filters).filter(([, value]) => value));

/** Return `{node, show}`: a row of switches; `describe()` lists them anew as `[words, isOn, onclick, icon?]`. */
export function chips(label, describe) {
  const node = h("div", { class: "chips", role: "group", "aria-label": label });
  const chip = ([words, isOn, onclick, drawing]) =>
    h("button", { class: "chip", type: "button", "aria-pressed": String(Boolean(isOn)), onclick }, drawing, words);
  const show = () => {
    const focused = [...node.children].indexOf(document.activeElement);
    node.replaceChildren(...describe().map(chip));
    if (focused >= 0) (node.children[focused] ?? node.lastElementChild).focus();
  };
  show();
  return { node, show };
}
