/** A list that grows as one scrolls: skeletons first, then page after page by their `next` links. */
import * as api from "./api.js";
import { h } from "./dom.js";
import { settled } from "./marks.js";
import { announce, failure, hearFreshness, isGone, WALL } from "./status.js";

/** Return `{node, reload}`. `first(options)` asks for the first page; `item(entry, isFirst)` makes an <li>;
 *  `keyOf(entry)` identifies an entry, as a list may move on between two pages; `empty()` stands for nothing at all. */
export function growingList({ first, item, keyOf, empty, signal, className = "grid", noun = "Flyers", place = WALL }) {
  const items = h("ul", { class: className });
  const foot = h("div", { class: "foot" });
  const node = h("section", {}, h("h2", { class: "unseen" }, noun), items, foot);
  const seen = new Set();
  let next = null;
  let request = null;

  async function load(ask, { replace = false } = {}) {
    request?.abort();
    const mine = (request = new AbortController());
    signal.addEventListener("abort", () => mine.abort(), { signal: mine.signal });
    items.setAttribute("aria-busy", "true");
    foot.replaceChildren();
    if (!items.children.length || !replace) items.append(...Array.from({ length: 6 }, skeleton));
    try {
      await settled(); // a list shows what was clicked before it was requested
      show(await ask({ signal: mine.signal }), replace);
    } catch (error) {
      if (mine.signal.aborted) return; // a newer question, or another page, has taken over
      if (replace) clear();
      foot.replaceChildren(failure(error, () => load(ask, { replace }), place));
    } finally {
      if (request === mine) settle();
    }
  }

  function show(page, replace, { isChecked = false } = {}) {
    if (replace) clear();
    const fresh = page.results.filter((entry) => !seen.has(keyOf(entry)));
    fresh.forEach((entry) => seen.add(keyOf(entry)));
    dropSkeletons();
    items.append(...fresh.map((entry) => item(entry, seen.size === fresh.length && entry === fresh[0])));
    next = page.next;
    hearFreshness(page.freshness, check, { isChecked, place });
    if (!page.count) foot.replaceChildren(empty());
    else if (!next) foot.replaceChildren(h("p", { class: "fine" }, page.count > 12 ? "That's all of it." : ""));
    announce(`${items.children.length} of ${page.count} ${noun.toLowerCase()}`);
  }

  function settle() {
    request = null;
    dropSkeletons();
    items.removeAttribute("aria-busy");
    if (next && !foot.firstChild) {
      const button = h("button", { class: "quiet", onclick: grow }, `More ${noun.toLowerCase()}`);
      foot.append(button);
      near.observe(button); // scrolling presses it, and so may a finger or a key
    }
  }

  /** Look whether the service is back. Nobody's place in a long list is lost for that. */
  async function check() {
    try {
      const page = await first({ signal, cache: "no-cache" });
      const isIdle = !request && scrollY < innerHeight && !items.contains(document.activeElement);
      if (isIdle && !page.freshness.stale) show(page, true, { isChecked: true }), settle();
      else hearFreshness(page.freshness, check, { isChecked: true, place });
    } catch (error) {
      if (signal.aborted) return;
      if (isGone(error)) reload();
      else hearFreshness({ stale: true }, check, { isChecked: true, place }); // what hangs there is better than nothing
    }
  }

  const grow = () => request || load((options) => api.more(next, options));
  const reload = () => load(first, { replace: true });
  const arrived = (entries) => entries.some((entry) => entry.isIntersecting) && grow();
  const near = new IntersectionObserver(arrived, { rootMargin: "600px" });
  signal.addEventListener("abort", () => near.disconnect());

  function clear() {
    items.replaceChildren();
    seen.clear();
    next = null;
  }

  const dropSkeletons = () => items.querySelectorAll(".skeleton").forEach((each) => each.remove());
  const skeleton = () =>
    h("li", { class: "card skeleton", "aria-hidden": "true" }, h("div", { class: "sheet" }), h("i"), h("i"));

  reload();
  return { node, reload };
}
