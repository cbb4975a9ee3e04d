/** One product, large: what it is and costs, what people think of it, and the way into the cart. */
import * as api from "../api.js";
import { askIn, heart, mark, poster } from "../cards.js";
import { add } from "../cart.js";
import { detail } from "../detail.js";
import { h, icon, money } from "../dom.js";
import { chips, form } from "../form.js";
import { Intent } from "../intent.js";
import { rated } from "../marks.js";
import { session } from "../session.js";
import { announce, SHOP, toast } from "../status.js";

export function product({ params: [id], signal, title }) {
  const [buying, opinions] = [buyingOf(Number(id)), opinionsOf(Number(id), signal)]; // once: they keep what was written
  let pricing = null;

  const content = (found) => {
    if (session.user?.role === "admin") pricing ??= pricingOf(found, page.load);
    return [
      h("a", { class: "back", href: "#/shop" }, icon("back"), "The shop"),
      h("article", { class: "spread product" },
        h("div", { class: "sheet large" }, poster(found, { alt: `Picture: ${found.title}`, eager: true })),
        h("div", { class: "words" },
          h("p", { class: "tags" }, found.categories.map(({ slug, name }) =>
            h("a", { href: `#/shop?categories=${encodeURIComponent(slug)}` }, name))),
          h("h1", { tabindex: -1 }, found.title),
          h("p", { class: "price large" }, money(found.price.amount, found.price.currency)),
          h("p", { class: "description" }, found.description),
          buying,
          heart(found, signal),
          h("dl", { class: "facts" },
            h("dt", {}, icon("star"), "The store"),
            h("dd", {}, opinion(found.rating?.rate, found.rating?.count, "Nobody has rated it there.")),
            h("dt", {}, icon("people"), "People here"),
            h("dd", {}, opinions.summary)),
          opinions.own,
          pricing)),
    ];
  };
  const page = detail({ ask: (options) => api.product(id, options), content, noun: "Product", place: SHOP, signal, title });
  return page.node;
}

const opinion = (average, count, none) =>
  count ? `${Number(average.toFixed(1))} of 5, by ${count} ${count === 1 ? "person" : "people"}` : none;

function buyingOf(id) {
  const outcome = h("p", { role: "status" });
  const field = { name: "quantity", label: "Quantity", type: "number", value: 1, min: 1, max: 999, inputmode: "numeric" };
  const submit = async ({ quantity }) => {
    if (!session.user) return askIn();
    outcome.replaceChildren();
    const { lines } = await add(id, Number(quantity));
    const { quantity: all } = lines.find(({ product_id }) => product_id === id);
    outcome.replaceChildren(`In your cart: ${all}. `, h("a", { href: "#/cart" }, "Look at the cart"));
  };
  return h("div", { class: "buying" }, form({ fields: [field], button: "Add to cart", submit }), outcome);
}

/** Return `{summary, own}`: how people here rate it, and the row on which one rates it oneself. */
function opinionsOf(id, signal) {
  const summary = h("span", {}, "…");
  let asked = 0;

  async function load() {
    const mine = ++asked;
    try {
      const { average, count, mine: own } = await api.rating(id, { signal });
      if (mine !== asked) return;
      summary.textContent = opinion(average, count, "Nobody has rated it yet.");
      if (session.user) rated.learn(id, own);
    } catch (error) {
      if (!signal.aborted && mine === asked) summary.textContent = "Not known just now.";
    }
  }

  async function rate(value) {
    await mark(rated, id, value);
    if (session.user) await load();
  }

  const stars = chips("Your rating", () => {
    const own = rated.get(id);
    const star = (value) =>
      [[value, h("span", { class: "unseen" }, " of 5")], own === value, () => rate(value), icon("star")];
    return [...[1, 2, 3, 4, 5].map(star), ...(own ? [["Take it back", false, () => rate(null)]] : [])];
  });
  rated.addEventListener("change", ({ detail }) => detail === id && stars.show(), { signal });
  load();
  return { summary, own: h("div", { class: "rating" }, h("p", {}, "Your rating"), stars.node) };
}

// The API says so itself, is still at it, or was out of reach.
const isInDoubt = ({ status, code, details }) =>
  Boolean(details.outcome) || status === 409 || ["NETWORK", "UNKNOWN"].includes(code);

/** Return an administrator's form. `reload` shows the product as the store has it now. */
function pricingOf({ id, price }, reload) {
  const intent = new Intent();
  const outcome = h("div", { role: "alert" });
  const field = {
    name: "price", label: `New price in ${price.currency}`, value: price.amount, autocomplete: "off",
    inputmode: "decimal", pattern: "[0-9]{1,9}(\\.[0-9]{1,4})?", title: "An amount such as 12.50",
  };

  async function submit(given) {
    outcome.replaceChildren();
    try {
      const changed = await intent.send(given, (key) => () => api.changePrice(id, given.price, key));
      toast(`Changed: it costs ${money(changed.price.amount, changed.price.currency)} now.`);
      await reload(true);
    } catch (error) {
      if (!isInDoubt(error)) throw error;
      outcome.replaceChildren(
        h("p", {}, h("strong", {}, "Nobody knows whether the price was changed."), ` ${error.message}`),
        h("p", { class: "fine" }, error.requestId ? `Request ${error.requestId}` : ""),
        h("button", { class: "quiet", type: "button", onclick: check }, "Look what it costs"));
    }
  }

  async function check() {
    const { price: now } = await api.product(id, { cache: "no-cache" }).catch((error) => {
      toast(`Not known yet: ${error.message}`, { error });
      return {};
    });
    if (!now) return;
    intent.forget(); // what is sent from now on is meant anew
    outcome.replaceChildren();
    announce(`It costs ${money(now.amount, now.currency)}.`);
    await reload(true);
  }

  return h("section", { class: "panel left" },
    h("h2", {}, "For administrators"), form({ fields: [field], button: "Change the price", submit }), outcome);
}
