/** Signing in, signing up, and the way back in for those who forgot their password. */
import * as api from "../api.js";
import { h } from "../dom.js";
import { form } from "../form.js";
import { address, go, note } from "../router.js";
import { session, signIn as enter } from "../session.js";
import { nothing, toast } from "../status.js";

const EMAIL = { name: "email", label: "E-mail", type: "email", autocomplete: "username", maxlength: 254 };
const PASSWORD = { name: "password", label: "Password", type: "password", autocomplete: "current-password" };
const NEW_PASSWORD = { ...PASSWORD, autocomplete: "new-password", hint: "A sentence is a good one." };
const FIRST_NAME = {
  name: "first_name", label: "First name", autocomplete: "given-name", required: false, maxlength: 150,
  hint: "Shown on a list that you share. May stay empty.",
};

const sheet = (title, ...children) =>
  h("div", { class: "page narrow" }, h("section", { class: "panel left" }, h("h1", {}, title), children));
const onward = ({ next }) => (/^\/(?!\/)/.test(next ?? "") ? next : "/"); // a page of ours, nothing else
const nextOf = ({ next }) => (next ? `?next=${encodeURIComponent(next)}` : "");

export function signIn({ query, title }) {
  title("Sign in");
  const submit = async ({ email, password }) => {
    const here = address();
    note(onward(query)); // first: the change of session shows what is then the address
    await enter(email, password).catch((error) => {
      note(here);
      throw error;
    });
  };
  return sheet("Welcome back",
    form({ fields: [EMAIL, PASSWORD], button: "Sign in", submit }),
    h("p", {},
      h("a", { href: `#/sign-up${nextOf(query)}` }, "I'm new here"), " · ",
      h("a", { href: "#/forgot" }, "I forgot my password")));
}

export function signUp({ query, title }) {
  title("Sign up");
  const submit = async (person) => {
    await api.register(person);
    note(onward(query));
    await enter(person.email, person.password);
  };
  return sheet("Nice to meet you",
    form({ fields: [EMAIL, NEW_PASSWORD, FIRST_NAME], button: "Sign up", submit }),
    h("p", {}, h("a", { href: `#/sign-in${nextOf(query)}` }, "I have an account")));
}

export function forgot({ title }) {
  title("Forgot the password");
  const submit = async ({ email }) => {
    await api.forgotPassword(email);
    toast("If there is such an account, the link is on its way.");
    go("/sign-in");
  };
  return sheet("Forgot the password?",
    h("p", {}, "We send you a link that lets you choose a new one. It is good for 30 minutes."),
    form({ fields: [EMAIL], button: "Send the link", submit }));
}

export function reset({ params: [token], title }) {
  title("Choose a new password");
  note("/reset/read"); // the token is not for the history, nor for a glance at the address bar
  const submit = async (given) => {
    await api.resetPassword(token, given.new);
    toast("Saved. All devices were signed out; sign in with the new password.");
    go("/sign-in");
  };
  const field = { ...NEW_PASSWORD, name: "new", label: "New password" };
  return sheet("A new password", form({ fields: [field], button: "Save it", submit }));
}

/** Return a page that, when nobody is signed in, says what it would be good for and asks them in. */
export const personal = (page, name, words) => (context) => {
  if (session.user) return page(context);
  context.title(name);
  return h("div", { class: "page narrow" },
    h("h1", {}, name),
    nothing("That needs you", words,
      h("a", { class: "button", href: `#/sign-in?next=${encodeURIComponent(address())}` }, "Sign in"),
      h("a", { class: "button quiet", href: "#/sign-up" }, "Sign up")));
};
