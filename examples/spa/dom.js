/** Elements, icons, and words for dates and prices. What comes from the API becomes text nodes, never markup. */

const SVG = new Set(["svg", "path"]);

/** Make an element: `h("a", {href, class, onclick}, ...children)`. null, undefined and false are left out. */
export function h(tag, props = {}, ...children) {
  const namespace = SVG.has(tag) ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml";
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (![undefined, null, false].includes(value)) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter(Boolean));
  return element;
}

const SHAPES = {
  wall: "M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z",
  heart: "M12 20.3 4.3 12.7a5 5 0 0 1 7-7.1l.7.7.7-.7a5 5 0 0 1 7 7.1z",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-8 13-8 13 0M16 4.5a3.5 3.5 0 0 1 0 6m2 4q3.5 1 3.5 5.5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.5-4.5 3.5-6.5 7.5-6.5s7 2 7.5 6.5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zm5-1.5 4.5 4.5",
  pin: "M12 21c4-4.5 6.5-7.7 6.5-11a6.5 6.5 0 0 0-13 0c0 3.3 2.5 6.5 6.5 11zm0-9a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  shop: "M5 9h14l-1 11H6zM9 9V7a3 3 0 0 1 6 0v2",
  cart: "M3 4h2.5l2.2 11h10l2-8H6.3M9.5 20h.01M16.5 20h.01",
  star: "M12 4l2.4 5.2 5.6.7-4.2 3.9 1.1 5.6-4.9-2.8-4.9 2.8 1.1-5.6L4 9.9l5.6-.7z",
  clock: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7.5V12l3 2",
  back: "M19 12H5M11 6l-6 6 6 6",
};

/** Return a line drawing in the text's colour; it says nothing to a screen reader. */
export const icon = (name) =>
  h("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, h("path", { d: SHAPES[name] }));

/** Return a picture that makes room for `standIn` when it can't be had. Only http and https are asked. */
export function picture(url, { alt = "", standIn, eager = false } = {}) {
  if (!/^https?:\/\//i.test(url ?? "")) return standIn;
  const onerror = ({ target }) => target.replaceWith(standIn);
  const loading = eager ? "eager" : "lazy";
  return h("img", { src: url, alt, loading, decoding: "async", referrerpolicy: "no-referrer", onerror });
}

const formatted = (options) => {
  const format = new Intl.DateTimeFormat("en-GB", options);
  return (iso) => format.format(new Date(iso));
};
export const day = formatted({ day: "numeric", month: "short" });
export const date = formatted({ day: "numeric", month: "long", year: "numeric" });
export const clock = formatted({ hour: "2-digit", minute: "2-digit" });

const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** "today", "tomorrow", "in 5 days", "3 weeks ago": whole days between two midnights, as people count. */
export function relative(iso) {
  const days = Math.round((new Date(iso).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86_400_000);
  return Math.abs(days) < 14 ? AGO.format(days, "day") : AGO.format(Math.round(days / 7), "week");
}

/** Tell whether a moment lies in the next 48 hours. */
export const isSoon = (iso) => new Date(iso) - Date.now() < 48 * 3_600_000 && new Date(iso) > Date.now();

export const distance = (km) => (km < 1 ? `${Math.round(km * 100) * 10} m` : `${km.toFixed(km < 10 ? 1 : 0)} km`);

/** A price as people write it. `amount` stays the decimal text that the API sends: as a number it might lose a cent. */
export const money = (amount, currency) =>
  new Intl.NumberFormat("en-GB", { style: "currency", currency, maximumFractionDigits: 4 }).format(amount);
