/** The wall: every flyer that is valid, narrowed by words, by category, by distance, or to whom one follows. */
import * as api from "../api.js";
import { flyerCard } from "../cards.js";
import { h, icon } from "../dom.js";
import { chips, given, searchField } from "../form.js";
import { growingList } from "../list.js";
import { note } from "../router.js";
import { session } from "../session.js";
import { nothing, toast, WALL, wayTo } from "../status.js";

const RADII = [1, 5, 20];
let position = null; // in memory only, and never put into the address

export function wall({ query, signal, title, keepOpen }) {
  title("The wall");
  keepOpen();
  const state = {
    words: query.q ?? "",
    categories: (query.categories ?? "").split(",").filter(Boolean),
    near: RADII.find((km) => km === Number(query.near)) ?? 0,
    following: query.filter === "following" && Boolean(session.user),
  };
  let known = []; // categories, once they are here

  /** Take over new filters: the address follows, and so does the list (which drops the question before). */
  function change(filters) {
    Object.assign(state, filters);
    const { words, categories, near, following } = state;
    const address = new URLSearchParams(
      given({ q: words, categories: categories.join(","), near, filter: following && "following" }),
    );
    note(address.size ? `/?${address}` : "/");
    filterChips.show();
    list.reload();
  }

  async function nearMe(near) {
    if (near) position ??= await locate();
    change({ near: position ? near : 0 });
  }

  const filterChips = chips("Narrow the wall", () => {
    const { near, following, categories } = state;
    const without = (slug) => categories.filter((each) => each !== slug);
    const toggled = (slug) => (categories.includes(slug) ? without(slug) : [...categories, slug]);
    return [
      ["Near me", near, () => nearMe(near ? 0 : 5), icon("pin")],
      ...(near ? RADII.map((km) => [`${km} km`, km === near, () => nearMe(km)]) : []),
      ...(session.user ? [["Following", following, () => change({ following: !following })]] : []),
      ...known.map(({ slug, name }) => [
        name, categories.includes(slug), () => change({ categories: toggled(slug) }),
      ]),
    ];
  });
  api.categories({ signal }).then(
    ({ results }) => ((known = results), filterChips.show()),
    () => {}, // the wall works without them, and says itself when the API is away
  );

  const list = growingList({
    first: (options) => {
      const { words, categories, near, following } = state;
      const filters = { query: words, categories: categories.join(","), filter: following && "following", limit: 20 };
      const place = position && { ...position, ...given({ near_me: near && true, radius: near }) };
      return (words ? api.search : api.discover)({ ...options, query: { ...given(filters), ...place } });
    },
    item: (flyer, isFirst) => flyerCard(flyer, signal, { lead: isFirst }),
    keyOf: ({ id }) => id,
    empty: () => nothing("Nothing hangs here", "Try other words, fewer categories or a wider circle.", wayTo(WALL)),
    className: "grid with-lead",
    signal,
  });
  if (state.near && !position) nearMe(state.near);

  return h("div", { class: "page" },
    h("section", { class: "hero" },
      h("h1", {}, "What’s on ", h("em", {}, "around the corner")),
      searchField({
        label: "Search the flyers", placeholder: "Jazz, tapas, flea market …", value: state.words,
        search: (words) => change({ words }), signal,
      }),
      filterChips.node),
    list.node);
}

/** Ask where the person is. A refusal is an answer like any other: say so, and go on without. */
function locate() {
  return new Promise((done) => {
    const refused = ({ code }) => {
      const isPrivate = code === GeolocationPositionError.PERMISSION_DENIED;
      toast(isPrivate ? "Your position stays yours. Here is all of the city." : "Your position can't be found now.");
      done(null);
    };
    const found = ({ coords }) => done({ lat: coords.latitude.toFixed(5), lng: coords.longitude.toFixed(5) });
    navigator.geolocation.getCurrentPosition(found, refused, { timeout: 10_000, maximumAge: 300_000 });
  });
}
