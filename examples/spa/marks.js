/** Favorites, follows, ratings: shown at once, sent in background, rolled back if the API refuses. */
import * as api from "./api.js";
import { session } from "./session.js";

/** A set of switches by id, or of numbers. Fires "change" with the id in `detail` whenever one shows something new. */
export class Marks extends EventTarget {
  #shown = new Map();
  #wanted = new Map(); // only while a call is under way

  constructor(send) {
    super();
    this.send = send;
  }

  get = (id) => this.#shown.get(id) ?? false;

  /** Wait until the API has accepted or refused every click so far. */
  settled = () => this.#wanted.size && new Promise((done) => this.addEventListener("settled", done, { once: true }));

  /** Take over what an answer says, unless the person has since changed their mind. */
  learn(id, value) {
    if (!this.#wanted.has(id)) this.#show(id, value);
  }

  /** Set a switch and send it to the API. Clicks while a call is under way are sent after it, the last one only. */
  async set(id, value) {
    let confirmed = this.get(id);
    this.#show(id, value);
    const isUnderWay = this.#wanted.has(id);
    this.#wanted.set(id, value);
    if (isUnderWay) return;
    try {
      while (confirmed !== this.#wanted.get(id)) {
        const next = this.#wanted.get(id);
        await this.send(id, next);
        confirmed = next;
      }
    } finally {
      this.#wanted.delete(id);
      this.#show(id, confirmed); // after a failure, this is the roll-back
      if (!this.#wanted.size) this.dispatchEvent(new Event("settled"));
    }
  }

  forget = () => this.#shown.clear();

  #show(id, value) {
    if (this.get(id) === value) return;
    this.#shown.set(id, value);
    this.dispatchEvent(new CustomEvent("change", { detail: id }));
  }
}

const hearts = (kinds) =>
  new Marks((id, on) => (on ? api.addFavorite(kinds, id) : api.removeFavorite(kinds, id)));
const favorited = { flyer: hearts("flyers"), product: hearts("products") };
export const followed = new Marks((id, on) => (on ? api.follow(id) : api.unfollow(id)));
export const rated = new Marks((id, rating) => (rating ? api.rate(id, rating) : api.unrate(id)));

const ALL = [...Object.values(favorited), followed, rated];
session.addEventListener("change", () => ALL.forEach((marks) => marks.forget()));

/** Return the switches among which an item's heart is. A flyer does not say its kind. */
export const favoritedOf = ({ kind = "flyer" }) => favorited[kind];

/** Wait until the API has accepted or refused every click so far. */
export const settled = () => Promise.all(ALL.map((marks) => marks.settled()));

/** Learn the marks of a flyer, a product or a creator. An anonymous answer has null for all of them. */
export function learn({ kind, id, creator, is_favorited, is_following }) {
  if (typeof is_favorited === "boolean") favoritedOf({ kind }).learn(id, is_favorited);
  if (typeof is_following === "boolean") followed.learn(id, is_following);
  if (creator) learn(creator);
}
