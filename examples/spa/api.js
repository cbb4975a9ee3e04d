/** Every API call of this app, one line each; the access token is added, and renewed. */
import { call } from "./http.js";
import { renew, session, token } from "./session.js";

async function request(method, path, options = {}) {
  const bearer = session.user ? await token() : null;
  try {
    return await call(method, path, { ...options, token: bearer });
  } catch (error) {
    // The token ended early. One renewal, one more try; if the session is over, renew() has fired "change".
    if (error.code !== "INVALID_TOKEN" || !bearer) throw error;
    await renew(bearer);
    return call(method, path, { ...options, token: await token() });
  }
}

const send = async (method, path, body, key) => (await request(method, path, { body, key })).data;

/** Read something. The answer's `freshness` is `{stale, as_of}`: lists say it in `meta`, all else in its headers. */
async function read(path, options) {
  const { data, headers } = await request("GET", path, options);
  const age = Number(headers.get("Age")) * 1000;
  const fromHeaders = { stale: headers.get("X-Cache") === "STALE", as_of: new Date(Date.now() - age).toISOString() };
  return { ...data, freshness: data.meta ?? fromHeaders };
}

// Flyers. `options` is {query, signal, cache}; a list's `next` goes back into more().
export const discover = (options) => read("flyers/discover/", options);
export const search = (options) => read("flyers/search/", options);
export const more = (next, options) => read(next, options);
export const flyer = (id, options) => read(`flyers/${id}/`, options);
export const categories = (options) => read("flyers/categories/", options);
export const creator = (id, options) => read(`creators/${id}/`, options);
export const creatorFlyers = (id, options) => read(`creators/${id}/flyers/`, options);

// The shop, where there is one. Categories are the same for everybody: without a token the browser may keep them.
export const storeCategories = async () => (await call("GET", "categories/")).data;
export const products = (options) => read("products/", options);
export const product = (id, options) => read(`products/${id}/`, options);
export const changePrice = (id, price, key) => send("PATCH", `products/${id}/`, { price }, key);
export const rating = (id, options) => read(`products/${id}/rating/`, options);
export const rate = (id, rating) => send("PUT", `products/${id}/rating/`, { rating });
export const unrate = (id) => send("DELETE", `products/${id}/rating/`).catch(unless(404));

// Carts. A change is `{add, update, remove}`; what adds needs a key, so that it adds once however often it is sent.
export const carts = (userId, options) => read(`carts/users/${userId}/`, options);
export const makeCart = (lines, key) => send("POST", "carts/", { lines }, key);
export const changeCart = (id, change, key) => send("PATCH", `carts/${id}/`, change, key);
export const removeCart = (id, key) => send("DELETE", `carts/${id}/`, undefined, key);

// Favorites, of "flyers" or "products", and follows. PUT and DELETE set a state, so that a repeated call does no harm.
export const addFavorite = (kinds, id) => send("PUT", `${kinds}/${id}/favorite/`);
export const removeFavorite = (kinds, id) => send("DELETE", `${kinds}/${id}/favorite/`).catch(unless(404));
export const favorites = (options) => read("users/me/favorites/", options);
export const follow = (id) => send("POST", "follows/", { followed_id: id });
export const unfollow = (id) => send("DELETE", `follows/${id}/`);
export const follows = (options) => read("follows/", options);

// The shared list.
export const sharedList = () => send("GET", "favorites/share/").catch(unless(404));
export const share = (list_name) => send("POST", "favorites/share/", { list_name });
export const revokeShare = () => send("DELETE", "favorites/share/");
export const shared = (slug, options) => read(`favorites/shared/${encodeURIComponent(slug)}/`, options);

// The account.
export const register = (person) => send("POST", "auth/register/", person);
export const devices = (options) => read("auth/sessions/", options);
export const endDevice = (id) => send("DELETE", `auth/sessions/${id}/`);
export const changePassword = (current, fresh) => send("POST", "auth/password/", { current, new: fresh });
export const forgotPassword = (email) => send("POST", "auth/password/reset/", { email });
export const resetPassword = (token, fresh) => send("POST", "auth/password/reset/confirm/", { token, new: fresh });
export const signOut = () => send("POST", "auth/logout/");
export const signOutEverywhere = () => send("POST", "auth/logout-all/");
export const deleteAccount = (password) => send("DELETE", "auth/me/", { password });

/** Turn one expected status into null; every other failure stays a failure. */
function unless(status) {
  return (error) => (error.status === status ? null : Promise.reject(error));
}
