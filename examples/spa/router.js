/** Which page stands in <main>, by the part of the address after "#". Knows no page in particular. */
import { announce, hushFreshness } from "./status.js";

const main = document.getElementById("main");
const leftOpen = new Map(); // pages as they were left, to come back to the same position: address → page
const LEFT_OPEN_MAX = 5;
const LEFT_OPEN_MS = 300_000;

let routes = [];
let current = null; // {node, controller, title, keepOpen}

/** Begin. A route is `[pattern, page]`; `page(context)` returns a node at once and fills it as answers come. */
export function start(table) {
  routes = table;
  history.scrollRestoration = "manual";
  addEventListener("hashchange", show);
  show();
}

export const address = () => location.hash.slice(1) || "/";
export const go = (to) => (location.hash = `#${to}`);

/** Change the address without leaving the page: a filter, a word more in the search field. */
export function note(to) {
  history.replaceState(null, "", `#${to}`);
  if (current) current.address = to;
}

/** Show the current address afresh, because who is asking has changed. */
export function again() {
  [...leftOpen.values(), current].forEach(({ controller }) => controller.abort());
  leftOpen.clear();
  current = null;
  show();
}

function show() {
  leave();
  hushFreshness();
  const to = address();
  const open = leftOpen.get(to);
  leftOpen.delete(to);
  if (open && Date.now() - open.leftAt < LEFT_OPEN_MS) return reopen(open);
  open?.controller.abort();

  const [path, search] = to.split("?");
  const [params, page] = find(path);
  const query = Object.fromEntries(new URLSearchParams(search));
  const mine = (current = { address: to, controller: new AbortController(), title: "Flyers", keepOpen: false });
  /** Name the page, in the browser's title bar and to screen readers. */
  const title = (words) => {
    mine.title = `${words} · Flyers`;
    if (mine === current) document.title = mine.title;
  };
  /** Leave this page as it is while the person looks at another. */
  const keepOpen = () => (mine.keepOpen = true);
  const isFirst = !main.hasChildNodes();
  mine.node = page({ params, query, title, keepOpen, signal: mine.controller.signal });
  main.replaceChildren(mine.node);
  scrollTo(0, 0);
  if (isFirst) return; // a fresh document already starts at its top
  const heading = main.querySelector("h1");
  heading.setAttribute("tabindex", "-1");
  heading.focus({ preventScroll: true });
  announce(mine.title);
}

function leave() {
  if (!current?.keepOpen) return current?.controller.abort();
  leftOpen.set(current.address, { ...current, leftAt: Date.now(), scroll: scrollY, focus: document.activeElement });
  const [oldest] = leftOpen.values();
  if (leftOpen.size > LEFT_OPEN_MAX) oldest.controller.abort(), leftOpen.delete(oldest.address);
}

function reopen(page) {
  current = page;
  main.replaceChildren(page.node);
  document.title = page.title;
  scrollTo(0, page.scroll);
  page.focus.focus({ preventScroll: true });
}

/** Return what the path's pattern captured, and its page; an address of nobody's leads home. */
function find(path) {
  const [pattern, page] = routes.find(([each]) => each.test(path)) ?? routes[0];
  return [pattern.exec(path)?.slice(1) ?? [], page];
}
