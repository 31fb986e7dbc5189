// You against the agent where the server steps the environment: pictures come, keys go.

import { plain } from "../shared/ansi.js";
import { Mounted } from "../shared/component.js";
import { element, setText, styleSheets, withRole } from "../shared/dom.js";
import { unpacked } from "../shared/envelope.js";
import { Feed } from "../shared/feed.js";
import { number } from "../shared/numbers.js";
import { decoded, drawPicture, suitTheme } from "../shared/picture.js";
import { _ } from "../shared/words.js";
import { Lane } from "./lane.js";

const SOON = 20; // milliseconds from one question to the next while something happens
// Whoever has one of these in focus means it.
const CONTROLS = "input, textarea, [contenteditable], [role=slider], [role=radio], [role=combobox]";
/** @type {Record<string, string>} */
const NAMES = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };

const styles = await styleSheets(
  new URL("../shared/stage.css", import.meta.url),
  new URL("lanes.css", import.meta.url),
  new URL("game.css", import.meta.url),
);

class Pictured extends Lane {
  #newest = 0;

  /**
   * Draws a picture or a text; of several that come at once the newest is what stays.
   *
   * @param {"picture" | "text"} kind
   * @param {Bytes} bytes
   * @param {number} total
   */
  async show(kind, bytes, total) {
    this.score.textContent = number(total);
    if (!bytes.length) return;
    if (kind === "text") {
      this.stage.replaceChildren(element("pre", "", plain(new TextDecoder().decode(bytes))));
      return;
    }
    const turn = ++this.#newest;
    const bitmap = await decoded(bytes);
    if (turn === this.#newest) {
      const { canvas, stage } = this;
      if (!canvas.isConnected) stage.replaceChildren(canvas);
      canvas.ariaLabel = _("The environment: {name}", { name: this.name.textContent });
      drawPicture(canvas, bitmap);
      suitTheme(canvas);
    }
    bitmap.close();
  }
}

class Game {
  /** @type {Messages.GameAnswer} */
  head;
  /** @type {[number: number, action: number | null][]} */
  events = [];
  /** @type {number | null} */
  held = null;
  number = 0;

  /** @param {Parent} parent */
  constructor(parent) {
    this.period = 0;
    this.length = 0;
    this.feed = new Feed({
      question: () => this.question(),
      take: (bytes) => this.take(bytes),
      method: "POST",
    });
    this.you = new Pictured(_("You"));
    this.agent = new Pictured(_("The agent"));
    this.pads = element("div", "pads");
    this.message = element("p", "message");
    this.message.setAttribute("aria-live", "polite");
    this.root = element(
      "div",
      "game",
      element("div", "lanes", this.you.node, this.agent.node),
      this.pads,
      this.message,
    );
    withRole(this.root, "group", _("You against the agent"));
    this.listeners = new AbortController();
    // Before anybody else: while one plays, the keys belong to the game.
    const options = { capture: true, signal: this.listeners.signal };
    window.addEventListener("keydown", (event) => this.key(event, true), options);
    window.addEventListener("keyup", (event) => this.key(event, false), options);
    window.addEventListener("blur", () => this.release(this.held), options);
    parent.adoptedStyleSheets = styles;
    parent.append(this.root);
  }

  /**
   * The page was drawn: there may be another game than before.
   *
   * @param {Drawn<Messages.Followed>} component
   */
  render({ data }) {
    this.period = data.period;
    this.feed.follow(data);
  }

  /** What is here, and the keys of which the server has not yet said that it heard them. */
  /** @returns {Messages.GameQuestion} */
  question() {
    return { id: this.head?.id ?? "", start: this.length, keys: JSON.stringify(this.events) };
  }

  /** @param {Bytes} bytes */
  take(bytes) {
    /** @type {{ header: Messages.GameAnswer, body: Bytes }} */
    const { header: head, body } = unpacked(bytes);
    if (head.id !== this.head?.id) this.begin(head);
    this.head = head;
    this.events = this.events.filter(([number]) => number > head.heard);
    let offset = 0;
    const pictures = head.sizes.map((length) => body.slice(offset, (offset += length)));
    const end = head.start + head.returns.length;
    if (head.start <= this.length && end > this.length) {
      this.length = end;
      const [[mine, theirs]] = head.returns.slice(-1);
      const [ofMine, ofTheirs] = pictures.slice(-2);
      this.you.show(head.kind, ofMine, mine);
      this.agent.show(head.kind, ofTheirs, theirs);
    }
    this.say();
    const isSoon = head.is_running || this.events.length > 0 || !this.length;
    this.feed.pace(this.over ? 0 : isSoon ? SOON : this.period);
  }

  /** @param {Messages.GameAnswer} head */
  begin(head) {
    this.length = 0;
    this.events = [];
    this.number = head.heard;
    this.held = null;
    this.agent.name.textContent = head.title;
    this.pads.replaceChildren(
      ...Object.entries(head.keys).map(([key, action], i) => {
        const node = element(
          "button",
          "pad",
          NAMES[key] ?? key,
          element("span", "", head.labels[i]),
        );
        node.type = "button";
        node.onpointerdown = (event) => {
          event.preventDefault();
          this.press(action);
        };
        node.onpointerup = node.onpointerleave = () => this.release(action);
        return node;
      }),
    );
    this.root.scrollIntoView({ block: "nearest" });
  }

  get over() {
    return this.head.over && this.length > 0;
  }

  /** @param {number} action */
  press(action) {
    if (this.head.message) return;
    this.held = action;
    this.tell(action);
  }

  /** @param {number | null} action */
  release(action) {
    if (this.held === null || this.held !== action || !this.head || this.head.message) return;
    this.held = null;
    if (this.head.has_clock) this.tell(null);
  }

  /** @param {number | null} action */
  tell(action) {
    this.events.push([++this.number, action]);
    this.feed.ask();
  }

  /**
   * @param {KeyboardEvent} event
   * @param {boolean} down
   */
  key(event, down) {
    if (!this.head || this.head.message) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = this.head.keys[name];
    if (action === undefined) return;
    if (!down) return this.release(action);
    const target = event.composedPath()[0];
    const isControl = target instanceof Element && target.closest(CONTROLS) !== null;
    const elsewhere = isControl && !event.composedPath().includes(this.root);
    if (elsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) this.press(action);
  }

  say() {
    const { message, has_clock } = this.head;
    const begun = this.length > 1;
    const hint = begun
      ? ""
      : has_clock
        ? _("Press a key to begin. It acts while you hold it.")
        : _("Each key press is one step for you and the agent.");
    setText(this.message, message || hint);
    this.pads.classList.toggle("off", message !== "");
  }

  dispose() {
    this.feed.dispose();
    this.listeners.abort();
    this.root.remove();
  }
}

export default new Mounted(Game).render;
