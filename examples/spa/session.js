/** Who is signed in, in this tab and its siblings. The access token lives in memory only; the refresh token lives
 *  in an HttpOnly cookie that no script can read. */
import { ApiError, call } from "./http.js";

const HINT = "flyers.signed-in"; // no secret: it only spares visitors who never signed in a pointless refresh
const EARLY_MS = 20_000; // renew a little before the end, so that a call rarely meets a 401
const siblings = new BroadcastChannel("flyers.session");

/** Fires "change" when somebody signs in or out, here or in another tab. */
export const session = Object.assign(new EventTarget(), { user: null });

let access = null; // {token, until}
let renewing = null;

/** Return a token that is good for now, or null for a visitor. */
export async function token() {
  if (access && access.until - Date.now() < EARLY_MS) await renew(access.token);
  return access?.token ?? null;
}

/** Renew the access token. However many calls fail at once, in however many tabs, one refresh serves them all. */
export function renew(oldToken) {
  if (access && access.token !== oldToken) return Promise.resolve(); // somebody already has
  renewing ??= exclusively(() => rotate(oldToken)).finally(() => (renewing = null));
  return renewing;
}

/** Let one tab at a time do this. Without locks (no HTTPS) TOKEN_SUPERSEDED sorts the tabs out just as well. */
const exclusively = (work) => navigator.locks?.request("flyers.refresh", work) ?? work();

async function rotate(oldToken) {
  if (access && access.token !== oldToken) return; // while we waited for the lock, another tab shared its new token
  for (let attempt = 1; ; attempt++) {
    try {
      const { data } = await call("POST", "auth/refresh/");
      hold(data);
      siblings.postMessage({ access });
      return;
    } catch (error) {
      // Another tab used this cookie a moment ago. Nothing is lost: the browser has the new one by now.
      if (error.code === "TOKEN_SUPERSEDED" && attempt < 8) await pause(150 * attempt + Math.random() * 150);
      else {
        if (error.status === 401) become(null);
        throw error;
      }
    }
  }
}

/** Take up the session that the cookie may still hold. Never throws: whoever can't be known is a visitor. */
export async function resume() {
  if (!localStorage.getItem(HINT)) return;
  try {
    await renew();
    const { data } = await call("GET", "auth/me/", { token: access.token });
    session.user = data;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    access = null;
  }
}

export async function signIn(email, password) {
  const { data } = await call("POST", "auth/login/", { body: { email, password } });
  hold(data.tokens);
  become(data.user);
}

/** Say who is signed in from now on (null: nobody), here and in the other tabs. */
export function become(user) {
  if (!user) access = null;
  siblings.postMessage({ access, user });
  settle(user);
}

siblings.onmessage = ({ data }) => {
  access = data.access;
  if ("user" in data && data.user?.id !== session.user?.id) settle(data.user);
};

function settle(user) {
  session.user = user;
  if (user) localStorage.setItem(HINT, "1");
  else localStorage.removeItem(HINT);
  session.dispatchEvent(new Event("change"));
}

const hold = ({ access: token, expires_in }) => (access = { token, until: Date.now() + expires_in * 1000 });
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
