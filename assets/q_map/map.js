/**
 * The map of what an agent believes: a canvas that is made once and redrawn with each answer of the
 * server's, which it asks for by itself.
 *
 * An answer's `kind` says how it is drawn: "plane" over two components of the observation, "grid"
 * on squares.
 */

import { ActionValues } from "../shared/action_values.js";
import { Mounted } from "../shared/component.js";
import { element, setText, styleLink, withRole } from "../shared/dom.js";
import { unpacked } from "../shared/envelope.js";
import { Feed } from "../shared/feed.js";
import { messenger, seldom } from "../shared/messages.js";
import { freshPen, onPaper } from "../shared/paper.js";
import { _, phrase } from "../shared/words.js";
import { readTheme } from "./colours.js";
import * as grid from "./grid.js";
import * as plane from "./plane.js";

/** @import { Kind, Message, Place } from "./types.d.ts" */

/** @type {Record<Message["kind"], Kind>} */
const KINDS = { plane, grid };
const CLICK = phrase("Click, or press Enter, for the distribution of the returns there.");
/** @type {Record<string, Place>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {Bytes} bytes
 * @returns {Message}
 */
export function decode(bytes) {
  const { header, body } = unpacked(bytes);
  // a copy, since typed arrays must begin at a multiple of their size
  return { ...header, body: body.slice().buffer };
}

class QMap {
  /** @type {Message} what came last; none at first */
  message;
  /** @type {Place | null} */
  cursor = null;
  /** @type {Place | null} the place whose returns are shown */
  chosen = null;
  #root = element("figure", "q-map");
  #title = element("h3", "q-map-name", _("What the agent believes"));
  #legend = element("div", "q-map-legend");
  #canvas = withRole(element("canvas", "q-map-canvas"), "img");
  #reading = element("p", "q-map-reading");
  #takeaway = element("figcaption", "q-map-takeaway");
  #place = element("p", "q-map-place");
  #values = new ActionValues();
  #returns = element("section", "q-map-returns", this.#place, this.#values.node);
  #frame = 0;
  #theme;
  #sizes;
  /** @type {Messages.MapData & { redraw: (ranges: string) => void }} */
  #page;
  #feed;
  #disposed = new AbortController();

  /** @param {Parent} parent */
  constructor(parent) {
    const style = styleLink(new URL("map.css", import.meta.url).href);
    style.onload = () => this.#schedule();
    const canvas = this.#canvas;
    canvas.tabIndex = 0;
    canvas.onpointermove = canvas.onpointerdown = (event) => this.#point(event);
    canvas.onpointerleave = canvas.onblur = () => this.#moveTo(null);
    canvas.onkeydown = (event) => this.#key(event);
    canvas.onclick = (event) => this.#choose(this.#placeAt(event));
    this.#returns.hidden = true;
    this.#root.append(this.#title, this.#legend, canvas, this.#reading, this.#returns);
    this.#root.append(this.#takeaway);
    parent.append(style, this.#root);
    this.#theme = readTheme(this.#root);
    this.#sizes = new ResizeObserver(() => this.#schedule());
    this.#sizes.observe(this.#root);
    this.#feed = new Feed({
      /** @returns {Messages.MapQuestion} */
      question: () => (this.chosen ? { x: this.chosen[0], y: this.chosen[1] } : {}),
      take: (bytes) => this.receive(bytes),
      node: this.#root,
    });
    const redraw = () => {
      this.retheme();
      if (this.message) this.#draw();
    };
    onPaper(redraw, this.#disposed.signal);
  }

  /**
   * The page was drawn with this map; its controls are drawn anew where other ranges come.
   *
   * @param {Drawn<Messages.MapData>} component
   */
  render({ data, parentElement, setTriggerValue }) {
    this.retheme();
    if (data.view === this.#page?.view) return; // only the theme has changed
    const send = messenger(parentElement, setTriggerValue);
    this.#page = { ...data, redraw: seldom((ranges) => send("redraw", ranges)) };
    this.#feed.follow(data);
  }

  /** @param {Bytes} bytes */
  receive(bytes) {
    const message = decode(bytes);
    if (message.kind !== this.message?.kind) this.cursor = this.chosen = null;
    if (!message.has_places) this.chosen = null;
    this.message = KINDS[message.kind].unpack(message);
    this.#showReturns();
    const { title, takeaway } = message;
    this.#takeaway.textContent = takeaway;
    this.#canvas.setAttribute("aria-label", _("{title}. {takeaway}", { title, takeaway }));
    this.#schedule();
    if (message.drawn !== this.#page.drawn) this.#page.redraw(message.drawn);
  }

  /** Follow the page's theme. */
  retheme() {
    this.#theme = readTheme(this.#root);
    this.#schedule();
  }

  get #kind() {
    return KINDS[this.message.kind];
  }

  /** Width and height of the drawing, and its plot area inside. */
  get #layout() {
    const width = this.#root.clientWidth;
    return this.#kind.layout(width, this.message);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    if (this.message) this.#moveTo(this.#placeAt(event));
  }

  /**
   * Where on the map a pointer is; null beside it.
   *
   * @param {MouseEvent} event
   * @returns {Place | null}
   */
  #placeAt(event) {
    const { plot } = this.#layout;
    const bounds = this.#canvas.getBoundingClientRect();
    const x = (event.clientX - bounds.left - plot.left) / plot.width;
    const y = (event.clientY - bounds.top - plot.top) / plot.height;
    return x >= 0 && x < 1 && y >= 0 && y < 1 ? [x, y] : null;
  }

  /**
   * The middle of the value at a place.
   *
   * @param {Place} place
   * @returns {Place}
   */
  #middle([x, y]) {
    /**
     * @param {number} share
     * @param {number} count
     */
    const middle = (share, count) => (Math.floor(share * count) + 0.5) / count;
    return [middle(x, this.message.columns), middle(y, this.message.rows)];
  }

  /**
   * Show the returns at a place; where they are shown already, no longer.
   *
   * @param {Place | null} place
   */
  #choose(place) {
    if (!place || !this.message?.has_places) return;
    const chosen = this.#middle(place);
    this.chosen = String(chosen) === String(this.chosen) ? null : chosen;
    this.#showReturns();
    this.#schedule();
    this.#feed.ask();
  }

  #showReturns() {
    const { message, chosen } = this;
    this.#returns.hidden = !chosen;
    if (!chosen) return;
    setText(this.#place, _("Chosen: {place}", { place: this.#kind.read(message, chosen) }));
    this.#values.node.hidden = !message.place;
    if (message.place) this.#values.show(message.place);
  }

  /**
   * Move by one value, from the middle when nothing was pointed at; or choose this one.
   *
   * @param {KeyboardEvent} event
   */
  #key(event) {
    if (["Enter", " "].includes(event.key) && this.cursor) {
      event.preventDefault();
      this.#choose(this.cursor);
    }
    const direction = ARROWS[event.key];
    if (!direction || !this.message) return;
    event.preventDefault();
    const counts = [this.message.columns, this.message.rows];
    /** @type {Place} */
    const from = this.cursor ?? [0.5, 0.5];
    /** @param {0 | 1} axis */
    const moved = (axis) => {
      const index = Math.floor(from[axis] * counts[axis]) + (this.cursor ? direction[axis] : 0);
      return (Math.min(Math.max(index, 0), counts[axis] - 1) + 0.5) / counts[axis];
    };
    this.#moveTo([moved(0), moved(1)]);
  }

  /** @param {Place | null} cursor */
  #moveTo(cursor) {
    this.cursor = cursor;
    this.#schedule();
  }

  #schedule() {
    if (this.message) this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const layout = this.#layout;
    if (!layout.width) return;
    const canvas = this.#canvas;
    canvas.style.height = `${layout.height}px`;
    const context = freshPen(canvas, layout.width, layout.height);
    this.#kind.draw(context, layout, this.message, this.#theme, this.cursor, this.chosen);
    this.#legend.replaceChildren(...this.#kind.legend(this.message, this.#theme));
    this.#reading.textContent = this.cursor
      ? this.#kind.read(this.message, this.cursor)
      : [_(this.#kind.HINT), this.message.has_places ? _(CLICK) : ""].filter(Boolean).join(" ");
    canvas.dataset.drawn = String(this.message.step);
  }

  dispose() {
    this.#disposed.abort();
    this.#feed.dispose();
    this.#sizes.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#root.remove();
  }
}

export default new Mounted(QMap).render;
