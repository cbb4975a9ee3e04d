/** The cart of who is signed in: the newest of theirs, made when something is first put into it. */
import * as api from "./api.js";
import { Intent } from "./intent.js";
import { session } from "./session.js";

const adding = new Intent();

/** Return `{cart, freshness}`; the cart is null where there is none yet. An administrator would see everybody's. */
export async function find(options) {
  const { results, freshness } = await api.carts(session.user.id, { ...options, query: { limit: 1 } });
  return { cart: results[0] ?? null, freshness };
}

/** Add to what is there and return the cart: what another device adds at the same time is not lost. */
export const add = (product_id, quantity) =>
  inTurn(() =>
    adding.send({ product_id, quantity }, async (key) => {
      const { cart } = await find();
      const lines = [{ product_id, quantity }];
      return () => (cart ? api.changeCart(cart.id, { add: lines }, key) : api.makeCart(lines, key));
    }));

/** Set how many there are to be; 0 takes it out. */
export const setQuantity = (cartId, product_id, quantity) =>
  api.changeCart(cartId, quantity ? { update: [{ product_id, quantity }] } : { remove: [product_id] }, crypto.randomUUID());

export const empty = (cartId) => api.removeCart(cartId, crypto.randomUUID());

/** One tab at a time: two that find no cart would make two. */
const inTurn = (work) => navigator.locks?.request("flyers.cart", work) ?? work();
