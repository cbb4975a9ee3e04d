/** The cart: what is in it, at the prices of today beside those of then, also while the store does not tell them. */
import { poster } from "../cards.js";
import { empty, find, setQuantity } from "../cart.js";
import { h, money } from "../dom.js";
import { Marks } from "../marks.js";
import { announce, failure, hearFreshness, nothing, SHOP, toast, wayTo } from "../status.js";

const QUANTITY_MAX = 999;

export function cart({ signal, title }) {
  title("Cart");
  const rows = new Map(); // by product, so that what is pressed stays where it is
  const lines = h("ul", { class: "lines" });
  const total = h("strong");
  const remark = h("p", { role: "status" });
  const takeAllOut = () => attempt(() => empty(shown.id).then(() => show(null)));
  const foot = h("section", { class: "total", "aria-label": "Total" },
    h("p", {}, "Total ", total), remark,
    h("p", { class: "fine" }, "There is nothing to pay here: this app is an example."),
    h("details", {},
      h("summary", {}, "Empty the cart"),
      h("button", { class: "danger", type: "button", onclick: takeAllOut }, "Take everything out")));
  const body = h("div", { "aria-busy": "true" }, h("p", { class: "fine" }, "Looking …"));
  let shown = null;
  let request = null;

  const quantities = new Marks(async (id, quantity) => show(await setQuantity(shown.id, id, quantity)));
  quantities.addEventListener("change", ({ detail: id }) => rows.get(id)?.show());
  const attempt = (work) => work().catch((error) => toast(`Not saved: ${error.message}`, { error }));
  const set = (id, quantity) => attempt(() => quantities.set(id, quantity));

  /** Look again, whenever the window is looked at again: prices change, and other devices add. */
  async function load({ isChecked = false } = {}) {
    if (request) return;
    request = find({ signal, cache: "no-cache" });
    try {
      const { cart: found, freshness } = await request;
      show(found);
      const as_of = found?.is_partial ? null : freshness.as_of; // what is remembered is of many times
      hearFreshness({ ...freshness, as_of }, () => load({ isChecked: true }), { isChecked, place: SHOP });
    } catch (error) {
      if (signal.aborted) return;
      if (!body.contains(lines)) body.replaceChildren(failure(error, load, SHOP));
      else toast(`This is how it was: ${error.message}`, { error });
    } finally {
      request = null;
      body.removeAttribute("aria-busy");
    }
  }

  function show(found) {
    if (found && shown?.id === found.id && new Date(found.updated_at) < new Date(shown.updated_at)) return; // overtaken
    const before = shown?.total;
    shown = found;
    if (!found?.lines.length) return showNothing();
    const there = new Set(found.lines.map(({ product_id }) => product_id));
    for (const [id, row] of rows) if (!there.has(id)) row.node.remove(), rows.delete(id);
    for (const line of found.lines) {
      quantities.learn(line.product_id, line.quantity);
      if (!rows.has(line.product_id)) rows.set(line.product_id, lineRow(line.product_id, quantities, set));
      const row = rows.get(line.product_id);
      row.show(line, found.currency);
      if (!row.node.isConnected || row.node.parentNode !== lines) lines.append(row.node);
    }
    total.textContent = money(found.total, found.currency);
    remark.textContent = found.is_partial ? "Some prices are not known just now: there the remembered ones count." : "";
    if (!body.contains(lines)) body.replaceChildren(lines, foot);
    if (before !== undefined && before !== found.total) announce(`The total is ${total.textContent}.`);
  }

  function showNothing() {
    const hadFocus = body.contains(document.activeElement);
    rows.clear();
    lines.replaceChildren();
    const words = "Add a product from its page, and it waits here, on every device.";
    body.replaceChildren(nothing("Nothing in it", words, wayTo(SHOP)));
    if (hadFocus) heading.focus();
  }

  const heading = h("h1", { tabindex: -1 }, "Cart");
  addEventListener("focus", () => load(), { signal });
  document.addEventListener("visibilitychange", () => document.hidden || load(), { signal });
  load();
  return h("div", { class: "page narrow" }, h("header", { class: "title" }, heading), body);
}

/** What is said of a line: its price, and a remark. */
const TELLS = {
  live: ({ price_now, price_then, is_price_changed }, priced) =>
    [priced(price_now), is_price_changed && `was ${priced(price_then)} when you last changed it`],
  unknown: ({ price_then }, priced) => [priced(price_then), "as remembered"],
  gone: () => ["", "Not in the shop any more; it does not count"],
};

/** Return `{node, show}`: a line with its stepper; `show(line, currency)` is for what is new, `show()` for the quantity. */
function lineRow(id, quantities, set) {
  let name = "";
  const picture = h("div", { class: "sheet" });
  const link = h("a", { href: `#/product/${id}` });
  const price = h("p", { class: "each" });
  const step = (by) => () => {
    const quantity = quantities.get(id) + by;
    if (quantity >= 1 && quantity <= QUANTITY_MAX) set(id, quantity);
  };
  const less = h("button", { type: "button", onclick: step(-1) }, "−");
  const more = h("button", { type: "button", onclick: step(1) }, "+");
  const field = h("input", { type: "number", min: 1, max: QUANTITY_MAX, inputmode: "numeric", onchange: write });
  const stepper = h("div", { class: "stepper", role: "group" }, less, field, more);
  const remove = h("button", { class: "quiet", type: "button", onclick: takeOut }, "Remove", h("span", { class: "unseen" }));
  const node = h("li", { class: "line product" }, picture, h("div", {}, h("h2", {}, link), price), stepper, remove);

  function write() {
    if (field.checkValidity() && field.value) set(id, Number(field.value));
    else show();
  }

  async function takeOut() {
    const next = node.nextElementSibling ?? node.previousElementSibling;
    await set(id, 0);
    if (node.isConnected) return; // it could not be taken out
    next?.querySelector("a").focus();
    announce(`${name} is out of the cart.`);
  }

  function show(line, currency) {
    const quantity = quantities.get(id);
    if (document.activeElement !== field || line === undefined) field.value = quantity || "";
    less.setAttribute("aria-disabled", quantity <= 1);
    more.setAttribute("aria-disabled", quantity >= QUANTITY_MAX);
    if (!line) return;
    if (name !== line.title || !picture.firstChild) {
      name = line.title;
      link.textContent = name;
      picture.replaceChildren(poster({ id, title: name, images: [{ url: line.image, order: 0 }] }));
      less.setAttribute("aria-label", `One less: ${name}`);
      more.setAttribute("aria-label", `One more: ${name}`);
      field.setAttribute("aria-label", `Quantity: ${name}`);
      remove.lastChild.textContent = ` ${name}`;
    }
    const priced = (amount) => money(amount, currency);
    node.classList.toggle("gone", line.availability === "gone");
    stepper.hidden = line.availability === "gone";
    const [cost, remark] = TELLS[line.availability](line, priced);
    price.replaceChildren(cost, ...(remark ? [" ", h("span", { class: "remark" }, remark)] : []));
  }

  return { node, show };
}
