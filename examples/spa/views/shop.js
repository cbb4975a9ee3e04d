/** The shop: every product, narrowed by words and by category, in the order that one likes. */
import * as api from "../api.js";
import { productCard } from "../cards.js";
import { h } from "../dom.js";
import { chips, given, searchField } from "../form.js";
import { growingList } from "../list.js";
import { note } from "../router.js";
import { look, shop } from "../shop.js";
import { nothing, SHOP, wayTo } from "../status.js";

const WORDS_MAX = 10; // as many as the API takes
const ORDERS = {
  "": "as the store has them",
  price: "price, lowest first",
  "-price": "price, highest first",
  "-rating": "best rated first",
  title: "name",
};

export function products({ query, signal, title, keepOpen }) {
  title("The shop");
  keepOpen();
  const state = {
    words: query.q ?? "",
    categories: (query.categories ?? "").split(",").filter(Boolean),
    order: query.sort in ORDERS ? query.sort : "",
  };

  /** Take over new filters: the address follows, and so does the list (which drops the question before). */
  function change(filters) {
    Object.assign(state, filters);
    const { words, categories, order } = state;
    const address = new URLSearchParams(given({ q: words, categories: categories.join(","), sort: order }));
    note(address.size ? `/shop?${address}` : "/shop");
    filterChips.show();
    list.reload();
  }

  const filterChips = chips("Narrow the shop", () =>
    shop.categories.map(({ slug, name }) => {
      const others = state.categories.filter((each) => each !== slug);
      const isOn = others.length < state.categories.length;
      return [name, isOn, () => change({ categories: isOn ? others : [...others, slug] })];
    }));
  shop.addEventListener("change", filterChips.show, { signal });
  if (!shop.categories.length) look();

  const order = h("select", { id: "order", onchange: ({ target }) => change({ order: target.value }) },
    Object.entries(ORDERS).map(([value, words]) => h("option", { value, selected: value === state.order }, words)));

  const list = growingList({
    first: (options) => {
      const { words, categories, order } = state;
      const search = words.split(/\s+/).slice(0, WORDS_MAX).join(" ");
      const filters = given({ search, categories: categories.join(","), sort: order, limit: 20 });
      return api.products({ ...options, query: filters });
    },
    item: (product) => productCard(product, signal),
    keyOf: ({ id }) => id,
    empty: () => nothing("Nothing like that here", "Try other words, or other categories.", wayTo(SHOP)),
    noun: "Products",
    place: SHOP,
    signal,
  });

  return h("div", { class: "page" },
    h("section", { class: "hero" },
      h("h1", {}, "The shop"),
      searchField({
        label: "Search the shop", placeholder: "Kettle, lamp, rope …", value: state.words,
        search: (words) => change({ words }), signal,
      }),
      filterChips.node,
      h("p", { class: "order" }, h("label", { for: "order" }, "Sorted by"), order)),
    list.node);
}
