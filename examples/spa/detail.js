/** A page of one thing, large: a skeleton first, then what the API says of it, and what it says later. */
import { h } from "./dom.js";
import { learn } from "./marks.js";
import { failure, hearFreshness, isGone, WALL } from "./status.js";

/** Return `{node, load}`. `ask(options)` asks for it, `content(found)` shows it, `noun` is its name until it is there;
 *  `load(true)` asks past the browser's cache. Of what `content` returns again the focus and the writing stay. */
export function detail({ ask, content, noun, place = WALL, signal, title }) {
  const name = () => h("h1", { class: "unseen", tabindex: -1 }, noun);
  const skeleton = h("div", { class: "spread skeleton" }, h("div", { class: "sheet" }), h("i"));
  const node = h("div", { class: "page" }, name(), skeleton);
  let shown = "";

  async function load(isChecked = false) {
    try {
      const { freshness, ...found } = await ask({ signal, cache: isChecked ? "no-cache" : "default" });
      hearFreshness(freshness, () => load(true), { isChecked, place });
      if (isChecked && freshness.stale) return; // nothing new
      show(found);
    } catch (error) {
      if (signal.aborted) return;
      if (isChecked && !isGone(error)) return hearFreshness({ stale: true }, () => load(true), { isChecked, place });
      title(noun);
      shown = "";
      node.replaceChildren(name(), failure(error, () => load(), place));
    }
  }

  function show(found) {
    learn(found);
    if (shown === (shown = JSON.stringify(found))) return;
    title(found.title);
    const focused = node.contains(document.activeElement) && document.activeElement;
    node.replaceChildren(...content(found));
    if (focused) (node.contains(focused) ? focused : node.querySelector("h1")).focus({ preventScroll: true });
  }

  load();
  return { node, load };
}
