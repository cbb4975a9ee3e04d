/** The frame around every page: the navigation, and which address shows which page. */
import { h, icon } from "./dom.js";
import { address, again, start } from "./router.js";
import { resume, session } from "./session.js";
import { account } from "./views/account.js";
import { creator, following } from "./views/creators.js";
import { flyer } from "./views/flyer.js";
import { favorites } from "./views/favorites.js";
import { shared } from "./views/shared.js";
import { forgot, personal, reset, signIn, signUp } from "./views/sign.js";
import { wall } from "./views/wall.js";

const ROUTES = [
  [/^\/$/, wall],
  [/^\/flyer\/(\d+)$/, flyer],
  [/^\/creator\/(\d+)$/, creator],
  [/^\/kept$/, personal(favorites, "Kept", "Keep flyers with the heart, and find them on every device.")],
  [/^\/following$/, personal(following, "Following", "Follow the clubs, cooks and crafters that you like.")],
  [/^\/shared\/([\w-]+)$/, shared],
  [/^\/account$/, personal(account, "Account", "Your devices, your password and the way out are here.")],
  [/^\/sign-in$/, signIn],
  [/^\/sign-up$/, signUp],
  [/^\/forgot$/, forgot],
  [/^\/reset\/(.+)$/, reset],
];

function navigate() {
  const links = [
    ["/", "wall", "Wall"],
    ["/kept", "heart", "Kept"],
    ["/following", "people", "Following"],
    session.user ? ["/account", "person", "Account"] : ["/sign-in", "person", "Sign in"],
  ];
  const [here] = address().split("?");
  const link = ([to, drawing, words]) =>
    h("a", { href: `#${to}`, "aria-current": here === to && "page" }, icon(drawing), words);
  document.getElementById("nav").replaceChildren(...links.map(link));
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // "#main" would be a page
  document.getElementById("main").focus();
});
addEventListener("hashchange", navigate);

await resume(); // the marks of the first page depend on who asks
navigate();
start(ROUTES);
session.addEventListener("change", () => (navigate(), again()));
