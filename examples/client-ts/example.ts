/** A visit, typed from end to end: node build/example.js http://localhost:8000 EMAIL PASSWORD */
import { ApiError, FlyersClient } from "./client.js";
import { withCookies } from "./cookies.js";
import { LocalLibrary } from "./library.js";

const [origin = "http://localhost:8000", email = "", password = ""] = process.argv.slice(2);
const flyers = new FlyersClient(origin, withCookies());

// Anyone may look.
const page = await flyers.call("get", "/api/v1/flyers/discover/", {
  query: { lat: 40.4168, lng: -3.7038, near_me: true, categories: ["music", "food"], limit: 5 },
});
const first = page.results[0];
if (!first) throw new Error("There are no flyers near Puerta del Sol.");
console.log(`${page.count} flyers, the first is ${first.title}, ${first.location.distance_km} km away`);
console.log(`favorite: ${first.is_favorited}`); // null: not signed in

// Signed in, a person has favorites.
const me = await flyers.signIn(email, password);
console.log(`signed in as ${me.email}`);
const favorite = await flyers.call("put", "/api/v1/flyers/{flyer_id}/favorite/", { path: { flyer_id: first.id } });
console.log(`favorite since ${favorite.created_at}`);
const { is_favorited } = await flyers.call("get", "/api/v1/flyers/{flyer_id}/", { path: { flyer_id: first.id } });
console.log(`favorite: ${is_favorited}`);

// Movies and TV are kept in the same way, and TMDb wants to be named beside them.
const { results: [movie], meta } = await flyers.call("get", "/api/v1/movies/trending/", { query: { window: "week", limit: 1 } });
if (!movie) throw new Error("Nothing is trending.");
console.log(`${movie.title}, ${movie.release_date}, ${movie.poster?.w342}; ${meta.attribution?.join(" ")}`);
const path = { movie_id: movie.id };
await flyers.call("put", "/api/v1/movies/{movie_id}/watchlist/", { path });
const rating = await flyers.call("put", "/api/v1/movies/{movie_id}/rating/", { path, body: { rating: 4 } });
const { is_on_watchlist } = await flyers.call("get", "/api/v1/movies/{movie_id}/", { path });
console.log(`on the watchlist: ${is_on_watchlist}, rated ${rating.mine}, by all ${rating.average}`);

// So are products of a store, whose prices are decimal texts: money is no float.
const { results: [product] } = await flyers.call("get", "/api/v1/products/", { query: { sort: "price", min_price: "10", limit: 1 } });
if (!product) throw new Error("The store has nothing for ten and more.");
await flyers.call("put", "/api/v1/products/{product_id}/rating/", { path: { product_id: product.id }, body: { rating: 5 } });
console.log(`${product.title}, ${product.price.amount} ${product.price.currency}, in ${product.categories[0]?.name}`);

// Ten minutes later the token is over; of many calls that meet it, one refreshes for all.
await flyers.refresh();
const [favorites, devices] = await Promise.all([
  flyers.call("get", "/api/v1/users/me/favorites/", { query: { limit: 50 } }),
  flyers.call("get", "/api/v1/auth/sessions/"),
]);
console.log(`${favorites.count} favorites, ${devices.results.length} devices`);

// A device keeps a copy of what the person keeps: it goes on offline, and is brought into line with one call.
const store = new Map<string, string>(); // in a browser: localStorage
const library = new LocalLibrary(flyers, { getItem: (name) => store.get(name) ?? null, setItem: (name, text) => void store.set(name, text) }, `library of ${me.id}`);
await library.sync();
library.remove("favorites", "flyer", first.id);
console.log(`offline: ${library.entries("favorites").length} favorites, ${library.waiting} op waits`);
await library.sync();
console.log(`synced: ${library.entries("favorites").length} favorites, ${library.waiting} ops wait`);

await flyers.signOut();
await flyers.call("get", "/api/v1/auth/me/").catch((failure: unknown) => {
  if (!(failure instanceof ApiError)) throw failure;
  console.log(failure.error.code); // NOT_AUTHENTICATED
});
