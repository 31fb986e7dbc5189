/**
 * Fetching what is new, again and again: beside Streamlit, which would run the page's script for it
 * and then go through the whole page.
 */

import { onPaper } from "./paper.js";
import { isRunComingBack } from "./tab.js";

const AWAY = 3000; // milliseconds until a server is asked again that did not answer
const NEAR = "300px"; // what will soon be in sight is renewed as well

/** Asks one address, one question at a time, and hands each answer on in its order. */
export class Feed {
  #question;
  #method;
  #take;
  #lost;
  #address = "";
  #period = 0;
  #view = "";
  #timer = 0;
  #asking = false;
  #overdue = false;
  #hidden = false;
  #answered = false; // once it is also out of sight: what is empty has no place there
  #sight;
  #disposed = new AbortController();

  /**
   * `question()` gives the query's parameters, `take(bytes)` gets the answer, `lost()` is called
   * when the server does not know the address: it is another one than drew the page. With `node`,
   * nothing more is asked while that element is out of sight. `method` is "POST" where a question is
   * also a command (`dashboard/web/feed.py`).
   *
   * @param {{
   *   question?: () => Record<string, any>, take: (bytes: Bytes) => void, lost?: () => void,
   *   node?: Element | null, method?: "GET" | "POST",
   * }} options
   */
  constructor({ question = () => ({}), take, lost = () => {}, node = null, method = "GET" }) {
    this.#question = question;
    this.#method = method;
    this.#take = take;
    this.#lost = lost;
    onPaper((isPaper) => isPaper && this.#askAtOnce(), this.#disposed.signal);
    if (!node) return;
    const see = (/** @type {IntersectionObserverEntry[]} */ entries) => {
      this.#hidden = !entries.at(-1)?.isIntersecting;
      if (!this.#hidden && this.#overdue) this.ask();
    };
    this.#sight = new IntersectionObserver(see, { rootMargin: NEAR });
    this.#sight.observe(node);
  }

  /**
   * Ask now, and from now on every `period` milliseconds, or with 0 never again. Where the `view` is
   * the one that is followed already, only the page's theme has changed.
   *
   * @param {Messages.Followed} page
   */
  follow({ address, period, view }) {
    if (view === this.#view) return;
    this.#view = view;
    this.#address = address;
    this.#period = period;
    this.ask();
  }

  /**
   * From the last question to the next there are now `period` milliseconds; with 0 none comes.
   *
   * @param {number} period
   */
  pace(period) {
    this.#period = period;
  }

  /** Ask now, or as soon as the answer is here to what was asked before. */
  async ask() {
    this.#overdue = this.#asking || (this.#hidden && this.#answered);
    if (this.#overdue) return;
    clearTimeout(this.#timer);
    if (isRunComingBack()) {
      this.#timer = setTimeout(() => this.ask(), AWAY); // as a rule the page is drawn anew before
      return;
    }
    this.#asking = true;
    const asked = performance.now();
    const bytes = await this.#fetch();
    this.#asking = false;
    if (this.#disposed.signal.aborted) return;
    this.#answered ||= bytes !== null;
    try {
      if (bytes) this.#take(bytes);
    } finally {
      // An answer that cannot be shown is reported, and does not keep the next from coming.
      const wait = bytes ? asked + this.#period - performance.now() : AWAY;
      if (this.#overdue) this.ask();
      else if (this.#period || !bytes) this.#timer = setTimeout(() => this.ask(), wait);
    }
  }

  /** The address with the question. */
  get #url() {
    const url = new URL(this.#address, document.baseURI);
    url.search = String(new URLSearchParams(this.#question()));
    return url;
  }

  /** Ask and wait: what is printed is as it is now, and no answer that comes later is seen. */
  #askAtOnce() {
    if (!this.#address) return;
    const request = new XMLHttpRequest();
    request.open(this.#method, this.#url, false);
    request.overrideMimeType("text/plain; charset=x-user-defined"); // a letter for each byte
    try {
      request.send();
    } catch {
      return; // the server is away: what is here has to do
    }
    const bytes = Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0));
    if (request.status === 200) this.#take(bytes);
  }

  /** The answer's bytes, or null when there is none at the moment. */
  async #fetch() {
    try {
      const [method, { signal }] = [this.#method, this.#disposed];
      const response = await fetch(this.#url, { method, signal });
      if (response.status === 404) this.#lost();
      return response.status === 200 ? new Uint8Array(await response.arrayBuffer()) : null;
    } catch {
      return null; // the server is away, or the element has gone
    }
  }

  dispose() {
    this.#disposed.abort();
    this.#sight?.disconnect();
    clearTimeout(this.#timer);
  }
}
