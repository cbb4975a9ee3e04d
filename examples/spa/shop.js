/** Whether there is a shop here, and its categories. One request tells: without products the API has no such route. */
import * as api from "./api.js";

const HINT = "flyers.shop"; // what it was the last time, so that the navigation need not wait, or move

/** Fires "change" when it is known anew. `isOpen` is null until it was ever known. */
export const shop = Object.assign(new EventTarget(), { isOpen: JSON.parse(localStorage.getItem(HINT)), categories: [] });

/** Ask. A failure but 404 says nothing: the store may be down, the network away. */
export async function look() {
  try {
    shop.categories = (await api.storeCategories()).results;
    settle(true);
  } catch (error) {
    if (error.status === 404) settle(false);
  }
}

function settle(isOpen) {
  shop.isOpen = isOpen;
  localStorage.setItem(HINT, isOpen);
  shop.dispatchEvent(new Event("change"));
}
