/** A list that somebody shares: anyone with the link may look. */
import * as api from "../api.js";
import { keptCard } from "../cards.js";
import { h } from "../dom.js";
import { growingList } from "../list.js";
import { nothing } from "../status.js";

export function shared({ params: [slug], signal, title, keepOpen }) {
  title("A shared list");
  keepOpen();
  const heading = h("h1", {}, "A shared list");
  const owner = h("p");
  const list = growingList({
    first: async (options) => {
      const page = await api.shared(slug, { ...options, query: { limit: 20 } });
      title(page.list_name);
      heading.textContent = page.list_name;
      owner.textContent = page.owner ? `Kept by ${page.owner}` : "";
      return page;
    },
    item: (favorite) => keptCard(favorite, signal),
    keyOf: JSON.stringify,
    empty: () => nothing("Empty just now", "Nothing is kept on this list."),
    signal,
  });
  return h("div", { class: "page" }, h("header", { class: "title" }, heading, owner), list.node);
}
