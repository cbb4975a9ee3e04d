/** One flyer, large: its pictures, its words, when and where. */
import * as api from "../api.js";
import { followButton, heart, portrait, poster } from "../cards.js";
import { detail } from "../detail.js";
import { date, day, distance, h, icon, picture, relative } from "../dom.js";

export const flyer = ({ params: [id], signal, title }) =>
  detail({
    ask: (options) => api.flyer(id, options),
    content: (found) => content(found, signal),
    noun: "Flyer",
    signal,
    title,
  }).node;

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
