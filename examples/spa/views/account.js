/** The account: the devices one is signed in on, the password, and the way out. */
import * as api from "../api.js";
import { h, relative } from "../dom.js";
import { form } from "../form.js";
import { note } from "../router.js";
import { become, session } from "../session.js";
import { failure, toast } from "../status.js";

const PASSWORD = { type: "password", autocomplete: "current-password" };

export function account({ signal, title }) {
  title("Account");
  const { email, first_name } = session.user;
  return h("div", { class: "page narrow" },
    h("header", { class: "title" }, h("h1", {}, first_name ? `Hello, ${first_name}` : "Your account"), h("p", {}, email)),
    devices(signal), password(), leaving());
}

const signedOut = () => (note("/"), become(null)); // on this page there is nothing for nobody
const section = (title, ...children) => h("section", { class: "panel left" }, h("h2", {}, title), children);

function devices(signal) {
  const list = h("ul", { class: "devices" });
  const attempt = (work) => () => work().catch((error) => toast(error.message, { error }));
  const leave = (work) => attempt(() => work().then(signedOut));

  async function load() {
    try {
      const { results } = await api.devices({ signal });
      list.replaceChildren(...results.map(device));
    } catch (error) {
      if (!signal.aborted) list.replaceChildren(h("li", {}, failure(error, load)));
    }
  }

  function device({ id, user_agent, last_used_at, is_current }) {
    const name = nameOf(user_agent);
    const end = attempt(async () => {
      await api.endDevice(id);
      await load();
      toast("That device is signed out.");
    });
    return h("li", {},
      h("div", {}, h("strong", {}, name), h("small", {}, is_current ? "This device" : `Seen ${relative(last_used_at)}`)),
      !is_current && h("button", { class: "quiet", onclick: end }, "Sign out", h("span", { class: "unseen" }, ` ${name}`)));
  }

  load();
  return section("Devices", list,
    h("div", { class: "actions" },
      h("button", { class: "primary", onclick: leave(api.signOut) }, "Sign out"),
      h("button", { class: "danger", onclick: leave(api.signOutEverywhere) }, "Sign out everywhere")));
}

const password = () => section("Password", form({
  button: "Change the password",
  fields: [
    { ...PASSWORD, name: "current", label: "Current password" },
    { ...PASSWORD, name: "new", label: "New password", autocomplete: "new-password" },
  ],
  submit: async (given) => {
    await api.changePassword(given.current, given.new);
    toast("Changed. All other devices were signed out.");
  },
}));

const leaving = () => section("Leave", h("details", {},
  h("summary", {}, "Delete the account"),
  h("p", {}, "What you keep, whom you follow, your shared list and all else that is yours go, too. There is no way back."),
  form({
    button: "Delete it all",
    danger: true,
    fields: [{ ...PASSWORD, name: "password", label: "Your password" }],
    submit: async (given) => {
      await api.deleteAccount(given.password);
      toast("Your account is gone. Take care.");
      signedOut();
    },
  })));

const BROWSERS = { "Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari" };
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Mac", "Linux"];

/** Return a browser's name as a person would say it: "Firefox on Linux". */
function nameOf(userAgent) {
  const isNamed = (mark) => userAgent.includes(mark);
  const browser = BROWSERS[Object.keys(BROWSERS).find(isNamed)] ?? (userAgent.slice(0, 40) || "A device");
  return [browser, SYSTEMS.find(isNamed)].filter(Boolean).join(" on ");
}
