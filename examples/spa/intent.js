/** Something that a person wants done once, however often it has to be sent. */
import { session } from "./session.js";

// No answer of the API: it never came, or something on the way spoke in its place; or the first one is still under way.
const UNANSWERED = new Set(["NETWORK", "UNKNOWN", "CONFLICT"]);

export class Intent {
  #open = null; // {meaning, send}: what was sent and not answered

  /** Send what is meant; `prepare(key)` returns the call. Meant again while nobody knows what became of it, the same call
   *  goes out with the same Idempotency-Key: if the first one arrived after all, the API answers as it did then. */
  async send(meaning, prepare) {
    const mine = JSON.stringify([session.user?.id, meaning]);
    if (this.#open?.meaning !== mine) this.#open = { meaning: mine, send: await prepare(crypto.randomUUID()) };
    try {
      const answer = await this.#open.send();
      this.forget();
      return answer;
    } catch (error) {
      if (!UNANSWERED.has(error.code)) this.forget();
      throw error;
    }
  }

  forget = () => (this.#open = null);
}
