/** A creator with their flyers, and the list of all whom one follows. */
import * as api from "../api.js";
import { flyerCard, followButton, portrait } from "../cards.js";
import { date, h } from "../dom.js";
import { growingList } from "../list.js";
import { learn } from "../marks.js";
import { failure, nothing, WALL, wayTo } from "../status.js";

export function creator({ params: [id], signal, title, keepOpen }) {
  keepOpen();
  const head = h("header", { class: "profile" }, h("h1", {}, "Creator"));
  async function load() {
    try {
      const found = await api.creator(id, { signal });
      learn(found);
      title(found.username);
      head.replaceChildren(
        portrait(found),
        h("div", {},
          h("h1", { tabindex: -1 }, found.username),
          h("p", {}, found.bio),
          found.created_at && h("p", { class: "fine" }, `Here since ${date(found.created_at)}`),
          followButton(found, signal)));
    } catch (error) {
      if (!signal.aborted && error.status !== 404) head.replaceChildren(failure(error, load)); // 404: the list says it
    }
  }
  load();
  const list = growingList({
    first: (options) => api.creatorFlyers(id, { ...options, query: { limit: 20 } }),
    item: (flyer) => flyerCard(flyer, signal),
    keyOf: (flyer) => flyer.id,
    empty: () => nothing("Nothing just now", "No flyer of theirs is valid today."),
    signal,
  });
  return h("div", { class: "page" }, head, list.node);
}

export function following({ signal, title }) {
  title("Following");
  const list = growingList({
    first: (options) => api.follows({ ...options, query: { limit: 30 } }),
    item: ({ followed_id: id, creator }) => {
      const who = creator ?? { id, username: "Not to be found just now" };
      learn({ id, is_following: true });
      return h("li", { class: "who" },
        portrait(who), h("a", { href: `#/creator/${id}` }, who.username), followButton(who, signal));
    },
    keyOf: ({ followed_id }) => followed_id,
    empty: () => nothing("Nobody yet", "Press Follow on a creator's page.", wayTo(WALL)),
    className: "people",
    noun: "Creators",
    signal,
  });
  return h("div", { class: "page" }, h("header", { class: "title" }, h("h1", {}, "Following")), list.node);
}
