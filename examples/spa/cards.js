/** A flyer as it hangs on the wall, and the two buttons that mark things. */
import { date, day, distance, h, icon, isSoon, picture, relative } from "./dom.js";
import { followed, favorited, learn } from "./marks.js";
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

const REMARKS = {
  expired: ({ valid_until }) => (valid_until ? `Ended ${date(valid_until)}` : "Ended"),
  gone: () => "Taken down by its creator",
  unknown: () => "Can't be checked just now",
};

/** Return the card of a favorite: the flyer as it is now, or what the API saved of it. */
export function keptCard(favorite, signal) {
  const { flyer_id: id, title, image_url, availability, flyer } = favorite;
  if (flyer) return flyerCard(flyer, signal);
  const remembered = { id, title: title || "A flyer without a title", images: [{ url: image_url, order: 0 }] };
  return h("li", { class: `card ${availability}` },
    h("article", {},
      h("div", { class: "sheet" }, poster(remembered)),
      h("h3", {}, remembered.title),
      h("p", { class: "remark" }, REMARKS[availability]?.(favorite)),
      id && heart(remembered, signal))); // a list that somebody else shares has no ids
}

/** Return the flyer's first picture; without one its title is set as a poster. */
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

export const heart = ({ id, title }, signal) =>
  markButton(favorited, id, signal, { class: "heart", "aria-label": `Keep ${title}` }, () => [icon("heart")]);

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

async function turn(marks, id) {
  if (!session.user) {
    toast("Sign in first: then it is yours on every device.");
    return go(`/sign-in?next=${encodeURIComponent(address())}`);
  }
  try {
    await marks.set(id, !marks.get(id));
  } catch (error) {
    toast(`Not saved: ${error.message}`, { error });
  }
}
