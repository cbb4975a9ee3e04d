/** How the app speaks up: toasts, words for screen readers, the outage banner, and what stands where a list failed. */
import { clock, h } from "./dom.js";

const toasts = document.getElementById("toasts");
const speaker = document.getElementById("speaker");
const banner = document.getElementById("banner");

/** Say something that passes. Failures stay twice as long, and carry the id that the API's log knows them by. */
export function toast(message, { error } = {}) {
  const reference = error?.requestId && h("small", {}, `Request ${error.requestId}`);
  const note = h("p", { class: error ? "toast failed" : "toast" }, message, reference);
  toasts.append(note);
  setTimeout(() => note.remove(), error ? 10_000 : 5_000);
}

/** Say something to screen readers only. */
export const announce = (message) => (speaker.textContent = message);

/** What a page is part of: which service it shows, and where one goes from what is gone. */
export const WALL = { service: "flyer service", gone: "Not on the wall any more", home: "#/", way: "To the wall" };
export const SHOP = { service: "store", gone: "Not in the shop any more", home: "#/shop", way: "To the shop" };

const outage = { doubts: 0, asOf: null, timer: 0 };
const [OLD_MS, DOUBT_MS, CHECK_MS] = [90_000, 1_500, 10_000];

/** Hear how fresh a page is. Stale pages, however many, mean little: the API serves each at once and asks the
 *  service behind our back, and the browser does the same with an old one. Two stale answers to our asking again mean
 *  an outage: the banner comes, and stays until a page is fresh. `again()` asks past the browser's cache, and says
 *  `isChecked`. `as_of` is null where what is shown is of no one time. */
export function hearFreshness({ stale, as_of = outage.asOf }, again, { isChecked = false, place = WALL } = {}) {
  clearTimeout(outage.timer);
  const isDoubtful = stale || (!isChecked && Date.now() - new Date(as_of) > OLD_MS);
  outage.doubts = isDoubtful ? outage.doubts + Number(isChecked) : 0;
  outage.asOf = as_of;
  banner.hidden = !stale || outage.doubts < 2;
  if (isDoubtful) outage.timer = setTimeout(again, banner.hidden ? DOUBT_MS : CHECK_MS);
  const silence = `the ${place.service} is not answering.`;
  const words = as_of
    ? h("p", {}, h("strong", {}, `As of ${clock(as_of)}`), `, ${silence}`)
    : h("p", {}, h("strong", {}, `T${silence.slice(1)}`));
  if (banner.hidden || banner.textContent.startsWith(words.textContent)) return;
  banner.replaceChildren(words, h("button", { class: "quiet", onclick: () => again() }, "Check now"));
}

/** Leave a page, and what was doubted there; whether the service answers is for the next one to find out. */
export function hushFreshness() {
  clearTimeout(outage.timer);
  outage.doubts = 0;
  banner.hidden = true;
}

/** Tell whether a failure means that there is no such thing, or no longer. */
export const isGone = ({ status }) => status === 404 || status === 410;

/** Return a panel that says what failed. Its button waits as long as the API asked for (Retry-After), then retries. */
export function failure(error, retry, place = WALL) {
  const button = h("button", { class: "primary", onclick: () => retry() });
  let wait = error.retryAfter ?? 0;
  const count = () => {
    button.disabled = wait > 0;
    button.textContent = wait > 0 ? `Try again in ${wait} s` : "Try again";
    if (wait-- > 0) setTimeout(count, 1000);
    else if (error.retryAfter && button.isConnected) retry();
  };
  count();
  return h("div", { class: "panel" },
    h("div", { role: "alert" }, // without the button: nobody wants its countdown read aloud
      h("h2", {}, isGone(error) ? place.gone : "That didn't work"),
      h("p", {}, Object.values(error.details ?? {}).flat().join(" ") || error.message),
      error.requestId && h("p", { class: "fine" }, `Request ${error.requestId}`)),
    isGone(error) ? wayTo(place) : button);
}

/** Return a panel for a list with nothing in it. */
export const nothing = (title, text, ...actions) =>
  h("div", { class: "panel" }, h("h2", {}, title), h("p", {}, text), actions);

export const wayTo = ({ home, way }) => h("a", { class: "button", href: home }, way);
