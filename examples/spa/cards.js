/** A flyer as it hangs on the wall, a product as it stands in the shop, and the two buttons that mark things. */
import { date, day, distance, h, icon, isSoon, money, picture, relative } from "./dom.js";
import { favoritedOf, followed, learn } from "./marks.js";
import { address, go } from "./router.js";
import { session } from "./session.js";
import { toast } from "./status.js";

/** Return an <li> with the flyer, a `lead` one with its description; `signal` fires when its page goes. */
export function flyerCard(flyer, signal, { lead } = {}) {
  learn(flyer);
  return h("li", { class: "card" },
    h("article", {},
      h("div", { class: "sheet" }, poster(flyer)),
      h("h3", {}, h("a", { class: "cover", href: `#/flyer/${flyer.id}` }, flyer.title)),
      byline(flyer.creator),
      h("p", { class: "facts" }, whereabouts(flyer.location), ends(flyer.validity)),
      lead && h("p", { class: "description" }, flyer.description),
      heart(flyer, signal)));
}

/** Return an <li> with the product. */
export function productCard(product, signal) {
  learn(product);
  const { id, title, price, rating } = product;
  return h("li", { class: "card product" },
    h("article", {},
      h("div", { class: "sheet" }, poster(product)),
      h("h3", {}, h("a", { class: "cover", href: `#/product/${id}` }, title)),
      h("p", { class: "facts" },
        h("span", { class: "price" }, money(price.amount, price.currency)),
        rating && h("span", {}, icon("star"), `${rating.rate} of 5`)),
      heart(product, signal)));
}

const REMARKS = {
  expired: ({ valid_until }) => (valid_until ? `Ended ${date(valid_until)}` : "Ended"),
  gone: ({ kind }) => (kind === "product" ? "Not in the shop any more" : "Taken down by its creator"),
  unknown: () => "Can't be checked just now",
};

/** Return the card of a favorite: the flyer or product as it is now, or what the API saved of it. */
export function keptCard(favorite, signal) {
  const { kind = "flyer", title, image_url, availability, flyer, item } = favorite;
  const id = keptId(favorite);
  if (flyer) return flyerCard(flyer, signal);
  if (item) return productCard(item, signal);
  const remembered = { kind, id, title: title || `A ${kind} without a title`, images: [{ url: image_url, order: 0 }] };
  return h("li", { class: `card ${availability}` },
    h("article", {},
      h("div", { class: "sheet" }, poster(remembered)),
      h("h3", {}, remembered.title),
      h("p", { class: "remark" }, REMARKS[availability]?.(favorite)),
      id && heart(remembered, signal))); // a list that somebody else shares has no ids
}

/** Return the id of what is kept. A favorite flyer has one of its own beside. */
export const keptId = ({ kind, id, flyer_id }) => (kind ? id : flyer_id);

/** Return the first picture of a flyer or product; without one its title is set as a poster. */
export function poster({ id, title, images }, options) {
  const first = [...(images ?? [])].sort((a, b) => a.order - b.order)[0];
  const standIn = h("div", { class: `typeset tone-${(id ?? title.length) % 5}`, "aria-hidden": "true" }, h("span", {}, title));
  return picture(first?.url, { standIn, ...options });
}

export function portrait({ username, profile_picture }) {
  const standIn = h("span", { class: "portrait", "aria-hidden": "true" }, [...username][0]?.toUpperCase());
  const image = picture(profile_picture, { standIn });
  image.classList.add("portrait");
  return image;
}

export const byline = (creator) =>
  h("a", { class: "byline", href: `#/creator/${creator.id}` }, portrait(creator), h("span", {}, creator.username));

const whereabouts = ({ address, distance_km }) =>
  h("span", {}, icon("pin"), distance_km === null ? address.split(",").slice(0, 1) : distance(distance_km));
const ends = ({ valid_until }) => isSoon(valid_until)
  ? h("span", { class: "soon" }, icon("clock"), `ends ${relative(valid_until)}`)
  : h("span", {}, icon("clock"), `until ${day(valid_until)}`);

export function heart(item, signal) {
  const props = { class: "heart", "aria-label": `Keep ${item.title}` };
  return markButton(favoritedOf(item), item.id, signal, props, () => [icon("heart")]);
}

export const followButton = ({ id, username }, signal) =>
  markButton(followed, id, signal, { class: "follow" }, (isOn) => [
    isOn ? "Following" : "Follow",
    h("span", { class: "unseen" }, ` ${username}`),
  ]);

function markButton(marks, id, signal, props, content) {
  const button = h("button", { type: "button", ...props, onclick: () => turn(marks, id) });
  const show = () => {
    button.setAttribute("aria-pressed", marks.get(id));
    button.replaceChildren(...content(marks.get(id)));
  };
  marks.addEventListener("change", ({ detail }) => detail === id && show(), { signal });
  show();
  return button;
}

const turn = (marks, id) => mark(marks, id, !marks.get(id));

/** Set a mark for whoever is signed in, and ask anybody else to sign in. */
export async function mark(marks, id, value) {
  if (!session.user) return askIn();
  try {
    await marks.set(id, value);
  } catch (error) {
    toast(`Not saved: ${error.message}`, { error });
  }
}

/** Lead to the sign-in, and from there back to this page. */
export function askIn() {
  toast("Sign in first: then it is yours on every device.");
  go(`/sign-in?next=${encodeURIComponent(address())}`);
}
