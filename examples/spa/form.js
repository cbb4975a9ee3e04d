/** What people fill in and press: a form that shows the API's `details` beside its fields, and a row of chips. */
import { h } from "./dom.js";

/** `fields` are `{name, label, hint?, ...attributes of the input}`; `submit(values)` may throw ApiError. */
export function form({ fields, button, submit, danger = false }) {
  const problem = h("p", { class: "problem", role: "alert" });
  const rows = fields.map(row);
  const send = h("button", { class: danger ? "danger" : "primary" }, button);

  async function onsubmit(event) {
    event.preventDefault();
    rows.forEach(({ complain }) => complain(""));
    problem.textContent = "";
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

/** Return `{node, show}`: a row of switches; `describe()` lists them anew as `[words, isOn, onclick, icon?]`. */
export function chips(label, describe) {
  const node = h("div", { class: "chips", role: "group", "aria-label": label });
  const chip = ([words, isOn, onclick, drawing]) =>
    h("button", { class: "chip", type: "button", "aria-pressed": String(Boolean(isOn)), onclick }, drawing, words);
  const show = () => {
    const focused = [...node.children].indexOf(document.activeElement);
    node.replaceChildren(...describe().map(chip));
    node.children[focused]?.focus();
  };
  show();
  return { node, show };
}
