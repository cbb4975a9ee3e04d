/** The frame around every page: the navigation, and which address shows which page. */
import { h, icon } from "./dom.js";
import { address, again, start } from "./router.js";
import { resume, session } from "./session.js";
import { look, shop } from "./shop.js";
import { account } from "./views/account.js";
import { cart } from "./views/cart.js";
import { creator, following } from "./views/creators.js";
import { flyer } from "./views/flyer.js";
import { favorites } from "./views/favorites.js";
import { product } from "./views/product.js";
import { shared } from "./views/shared.js";
import { products } from "./views/shop.js";
import { forgot, personal, reset, signIn, signUp } from "./views/sign.js";
import { wall } from "./views/wall.js";

const FIRST_LOOK_MS = 500;

/** Return a page that is home where there is no shop. */
const inShop = (page) => (context) => {
  if (shop.isOpen === false) return wall(context);
  shop.addEventListener("change", () => shop.isOpen || again(), { signal: context.signal });
  return page(context);
};

const ROUTES = [
  [/^\/$/, wall],
  [/^\/flyer\/(\d+)$/, flyer],
  [/^\/creator\/(\d+)$/, creator],
  [/^\/kept$/, personal(favorites, "Kept", "What you keep with the heart, you find on every device.")],
  [/^\/shop$/, inShop(products)],
  [/^\/product\/(\d+)$/, inShop(product)],
  [/^\/cart$/, inShop(personal(cart, "Cart", "What you want to buy waits in your cart, on every device."))],
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
    shop.isOpen && ["/shop", "shop", "Shop"],
    ["/kept", "heart", "Kept"],
    ["/following", "people", "Following"],
    shop.isOpen && ["/cart", "cart", "Cart"],
    session.user ? ["/account", "person", "Account"] : ["/sign-in", "person", "Sign in"],
  ];
  const [here] = address().split("?");
  const link = ([to, drawing, words]) =>
    h("a", { href: `#${to}`, "aria-current": here === to && "page" }, icon(drawing), words);
  document.getElementById("nav").replaceChildren(...links.filter(Boolean).map(link));
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // "#main" would be a page
  document.getElementById("main").focus();
});
addEventListener("hashchange", navigate);

const looked = look();
const atFirst = () => Promise.race([looked, new Promise((done) => setTimeout(done, FIRST_LOOK_MS))]);
await Promise.all([resume(), shop.isOpen ?? atFirst()]); // the marks of the first page depend on who asks
navigate();
shop.addEventListener("change", navigate);
start(ROUTES);
session.addEventListener("change", () => (navigate(), again()));
