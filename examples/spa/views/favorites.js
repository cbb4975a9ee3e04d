/** The list of favorites: live, ending, ended, taken down, or (in an outage) nobody knows; and the link to share it. */
import * as api from "../api.js";
import { keptCard } from "../cards.js";
import { h } from "../dom.js";
import { form } from "../form.js";
import { growingList } from "../list.js";
import { favorited } from "../marks.js";
import { failure, nothing, toTheWall, toast } from "../status.js";

export function favorites({ signal, title }) {
  title("Kept");
  const list = growingList({
    first: (options) => api.favorites({ ...options, query: { limit: 20 } }),
    item: (favorite) => {
      favorited.learn(favorite.flyer_id, true);
      return keptCard(favorite, signal);
    },
    keyOf: ({ flyer_id }) => flyer_id,
    empty: () => nothing("Nothing kept yet", "Press the heart of a flyer, and it hangs here.", toTheWall()),
    signal,
  });
  const heading = h("header", { class: "title" }, h("h1", {}, "Kept"));
  return h("div", { class: "page" }, heading, sharePanel(signal), list.node);
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
