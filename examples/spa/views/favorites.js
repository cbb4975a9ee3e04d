/** Favorites, one kind at a time: live, ending, ended, gone, or (in an outage) nobody knows; and the link to share them. */
import * as api from "../api.js";
import { keptCard, keptId } from "../cards.js";
import { h } from "../dom.js";
import { chips, form } from "../form.js";
import { growingList } from "../list.js";
import { favoritedOf } from "../marks.js";
import { go } from "../router.js";
import { shop } from "../shop.js";
import { failure, nothing, SHOP, toast, WALL, wayTo } from "../status.js";

const KINDS = {
  flyer: { at: "/kept", noun: "Flyers", advice: "Press the heart of a flyer, and it hangs here.", place: WALL },
  product: { at: "/kept?kind=product", noun: "Products", advice: "Press the heart of a product to see it here.", place: SHOP },
};

export function favorites({ query, signal, title }) {
  title("Kept");
  const kind = shop.isOpen && query.kind in KINDS ? query.kind : "flyer";
  const { noun, advice, place } = KINDS[kind];
  const list = growingList({
    first: (options) => api.favorites({ ...options, query: { kind: kind === "flyer" ? null : kind, limit: 20 } }),
    item: (favorite) => {
      favoritedOf({ kind }).learn(keptId(favorite), true);
      return keptCard(favorite, signal);
    },
    keyOf: keptId,
    empty: () => nothing("Nothing kept yet", advice, wayTo(place)),
    noun,
    place,
    signal,
  });
  const kinds = chips("Kinds", () =>
    Object.entries(KINDS).map(([each, { noun, at }]) => [noun, each === kind, () => go(at)]));
  return h("div", { class: "page" },
    h("header", { class: "title" }, h("h1", {}, "Kept")),
    shop.isOpen && kinds.node,
    kind === "flyer" && sharePanel(signal),
    list.node);
}

function sharePanel(signal) {
  const panel = h("section", { class: "share", "aria-label": "Share" });

  const naming = (button, value, done) => {
    const field = { name: "list_name", label: "Name of the list", value, maxlength: 100, autocomplete: "off" };
    return form({ fields: [field], button, submit: async ({ list_name }) => show(await api.share(list_name), done) });
  };

  function show(list, done) {
    if (done) toast(done);
    panel.replaceChildren(...(list ? shared(list) : [
      h("details", {},
        h("summary", {}, "Share this list"),
        h("p", {}, "Whoever has the link can see what you keep, under your first name."),
        naming("Make a link", "", "Your link is ready.")),
    ]));
  }

  function shared({ list_name, slug }) {
    const link = new URL(`#/shared/${slug}`, location.href).href;
    const select = ({ target }) => target.select();
    const field = h("input", { readonly: true, value: link, "aria-label": "Link to your list", onfocus: select });
    const copy = () => {
      field.focus();
      navigator.clipboard.writeText(link).then(() => toast("Copied."), () => toast("Now copy what is selected."));
    };
    const revoke = () => api.revokeShare().then(
      () => show(null, "The link leads nowhere now."),
      (error) => toast(error.message, { error }),
    );
    return [
      h("h2", {}, "Shared as “", list_name, "”"),
      h("div", { class: "link" },
        field,
        h("button", { class: "primary", onclick: copy }, "Copy"),
        h("a", { class: "button quiet", href: link }, "Look")),
      h("details", {},
        h("summary", {}, "Rename or revoke"),
        naming("Rename", list_name, "Renamed; the link stays."),
        h("button", { class: "danger", onclick: revoke }, "Revoke the link")),
    ];
  }

  const failed = (error) => signal.aborted || panel.replaceChildren(failure(error, load));
  const load = () => api.sharedList().then((list) => show(list), failed);
  load();
  return panel;
}
