/** One flyer, large: its pictures, its words, when and where. */
import * as api from "../api.js";
import { followButton, heart, portrait, poster } from "../cards.js";
import { date, day, distance, h, icon, picture, relative } from "../dom.js";
import { learn } from "../marks.js";
import { failure, hearFreshness, isGone } from "../status.js";

export function flyer({ params: [id], signal, title }) {
  const name = () => h("h1", { class: "unseen", tabindex: -1 }, "Flyer");
  const skeleton = h("div", { class: "spread skeleton" }, h("div", { class: "sheet" }), h("i"));
  const page = h("div", { class: "page" }, name(), skeleton);

  async function load(isChecked = false) {
    try {
      const found = await api.flyer(id, { signal, cache: isChecked ? "no-cache" : "default" });
      hearFreshness(found.freshness, () => load(true), { isChecked });
      if (isChecked && found.freshness.stale) return; // nothing new
      title(found.title);
      learn(found);
      const hadFocus = page.contains(document.activeElement);
      page.replaceChildren(...content(found, signal));
      if (hadFocus) page.querySelector("h1").focus({ preventScroll: true });
    } catch (error) {
      if (signal.aborted) return;
      if (isChecked && !isGone(error)) return hearFreshness({ stale: true }, () => load(true), { isChecked });
      title("Flyer");
      page.replaceChildren(name(), failure(error, () => load()));
    }
  }
  load();
  return page;
}

function content(found, signal) {
  const { location: place, validity, creator, categories } = found;
  const others = [...found.images].sort((a, b) => a.order - b.order).slice(1);
  const small = ({ url }, index) =>
    h("li", {}, picture(url, { alt: `Picture ${index + 2} of ${others.length + 1}`, standIn: h("span") }));
  const map = `https://www.openstreetmap.org/?mlat=${place.lat}&mlon=${place.lng}#map=17/${place.lat}/${place.lng}`;
  const until = validity.is_valid
    ? `until ${day(validity.valid_until)}, ends ${relative(validity.valid_until)}`
    : `Not valid now. It ran until ${date(validity.valid_until)}.`;
  return [
    h("a", { class: "back", href: "#/" }, icon("back"), "The wall"),
    h("article", { class: "spread" },
      h("div", {},
        h("div", { class: "sheet large" }, poster(found, { alt: `Poster: ${found.title}`, eager: true })),
        others.length > 0 && h("ul", { class: "more-pictures", "aria-label": "More pictures" }, others.map(small))),
      h("div", { class: "words" },
        h("p", { class: "tags" }, categories.map((slug) =>
          h("a", { href: `#/?categories=${encodeURIComponent(slug)}` }, slug))),
        h("h1", { tabindex: -1 }, found.title),
        h("p", { class: "description" }, found.description),
        h("dl", { class: "facts" },
          h("dt", {}, icon("clock"), "When"), h("dd", {}, until),
          h("dt", {}, icon("pin"), "Where"),
          h("dd", {}, place.address, place.distance_km !== null && ` · ${distance(place.distance_km)}`, " ",
            h("a", { href: map, rel: "noreferrer", target: "_blank" },
              "Map", h("span", { class: "unseen" }, " (opens in a new tab)")))),
        heart(found, signal),
        h("div", { class: "who" },
          portrait(creator), h("a", { href: `#/creator/${creator.id}` }, creator.username),
          followButton(creator, signal)))),
  ];
}
