/** Empty axes on which a person draws a curve: with the mouse, a finger, or the arrow keys. */

import { Mounted } from "../shared/component.js";
import { element, setText, styleLink, svg } from "../shared/dom.js";
import { messenger } from "../shared/messages.js";
import { number } from "../shared/numbers.js";
import { filled } from "./filled.js";

const [WIDTH, HEIGHT] = [600, 220];
const PLOT = { left: 52, right: 12, top: 10, bottom: 28 };
const TICKS = 5;
const STEP = 0.05; // of the range, for each press of a key

class DrawnCurve {
  /** @type {Messages.DrawnCurveData} */
  data;
  #heights = /** @type {(number | null)[]} */ ([]);
  #at = 0;
  #isByKey = false;
  /** @type {(name: string, value: unknown) => void} */
  #send = () => {};
  #root = element("div", "drawn-curve");
  #axes = svg("g", { class: "axes" });
  #line = svg("polyline", { points: "" });
  #mark = svg("circle", { r: 5, visibility: "hidden" });
  #svg = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, tabindex: 0, role: "application" },
    this.#axes,
    this.#line,
    this.#mark,
  );
  #reading = element("p", "reading");

  /** @param {Parent} parent */
  constructor(parent) {
    this.#reading.setAttribute("aria-live", "polite");
    this.#root.append(this.#svg, this.#reading);
    parent.append(styleLink(new URL("drawn_curve.css", import.meta.url).href), this.#root);
    this.#svg.onpointerdown = (event) => {
      this.#svg.setPointerCapture(event.pointerId);
      this.#isByKey = false;
      this.#draw(event);
    };
    this.#svg.onpointermove = (event) => {
      if (this.#svg.hasPointerCapture(event.pointerId)) this.#draw(event);
    };
    this.#svg.onpointerup = () => this.#done();
    this.#svg.onkeydown = (event) => this.#key(event);
    this.#svg.onkeyup = (event) => {
      if (event.key === "ArrowUp" || event.key === "ArrowDown") this.#done();
    };
  }

  /** @param {Drawn<Messages.DrawnCurveData>} component */
  render({ data, parentElement, setTriggerValue }) {
    this.data = data;
    this.#send = messenger(parentElement, setTriggerValue);
    const span = data.high - data.low;
    this.#heights = data.heights
      ? data.heights.map((height) => (height - data.low) / span)
      : Array(data.points).fill(null);
    this.#svg.setAttribute("aria-label", data.label);
    this.#drawAxes();
    this.#show();
  }

  /** @param {number} i */
  #x(i) {
    return PLOT.left + (i / (this.data.points - 1)) * (WIDTH - PLOT.left - PLOT.right);
  }

  /** @param {number} height */
  #y(height) {
    return PLOT.top + (1 - height) * (HEIGHT - PLOT.top - PLOT.bottom);
  }

  /** @param {number} height */
  #value(height) {
    return this.data.low + height * (this.data.high - this.data.low);
  }

  /** @param {number} i */
  #stepAt(i) {
    return Math.round((i / (this.data.points - 1)) * this.data.steps).toLocaleString("en");
  }

  #drawAxes() {
    const lines = [];
    for (let tick = 0; tick <= TICKS; tick++) {
      const y = this.#y(tick / TICKS);
      const label = svg("text", { x: PLOT.left - 8, y: y + 4, "text-anchor": "end" });
      label.textContent = number(this.#value(tick / TICKS));
      lines.push(svg("line", { x1: PLOT.left, x2: WIDTH - PLOT.right, y1: y, y2: y }), label);
    }
    for (const i of [0, (this.data.points - 1) / 2, this.data.points - 1]) {
      const end = i === this.data.points - 1;
      const anchor = end ? "end" : "middle";
      const label = svg("text", { x: this.#x(i), y: HEIGHT - 8, "text-anchor": anchor });
      label.textContent = this.#stepAt(i);
      lines.push(label);
    }
    this.#axes.replaceChildren(...lines);
  }

  /**
   * Let the curve go through where the pointer is, and from where it was last.
   *
   * @param {PointerEvent} event
   */
  #draw(event) {
    const bounds = this.#svg.getBoundingClientRect();
    const x = ((event.clientX - bounds.left) / bounds.width) * WIDTH;
    const y = ((event.clientY - bounds.top) / bounds.height) * HEIGHT;
    const last = this.data.points - 1;
    const share = (x - PLOT.left) / (WIDTH - PLOT.left - PLOT.right);
    const i = Math.round(Math.min(1, Math.max(0, share)) * last);
    const height = 1 - (y - PLOT.top) / (HEIGHT - PLOT.top - PLOT.bottom);
    const before = this.#heights[this.#at];
    const isOn = event.type === "pointermove" && before !== null;
    if (isOn)
      for (let k = Math.min(this.#at, i) + 1; k < Math.max(this.#at, i); k++)
        this.#heights[k] = null;
    this.#at = i;
    this.#heights[i] = Math.min(1, Math.max(0, height));
    if (isOn) this.#heights = this.#between();
    this.#show();
  }

  /** What a fast pointer has jumped over lies between its neighbours; the rest stays empty. */
  #between() {
    const known = this.#heights.flatMap((height, i) => (height === null ? [] : [i]));
    const all = filled(this.#heights);
    return all.map((height, i) => (i < known[0] || i > known[known.length - 1] ? null : height));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const last = this.data.points - 1;
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const upwards = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (!sideways && !upwards) return;
    event.preventDefault();
    event.stopPropagation();
    if (sideways) this.#at = Math.min(last, Math.max(0, this.#at + sideways));
    if (upwards) {
      if (this.#heights.includes(null)) this.#heights = filled(this.#heights);
      const height = (this.#heights[this.#at] ?? 0) + upwards;
      this.#heights = this.#heights.map((other) => other ?? 0);
      this.#heights[this.#at] = Math.min(1, Math.max(0, height));
    }
    this.#isByKey = true;
    this.#show();
  }

  #show() {
    const points = this.#heights.flatMap((height, i) =>
      height === null ? [] : [`${this.#x(i)},${this.#y(height)}`],
    );
    this.#line.setAttribute("points", points.join(" "));
    const height = this.#heights[this.#at];
    this.#mark.setAttribute("visibility", this.#isByKey ? "visible" : "hidden");
    this.#mark.setAttribute("cx", String(this.#x(this.#at)));
    this.#mark.setAttribute("cy", String(this.#y(height ?? 0)));
    const here = `${this.#stepAt(this.#at)}: ${number(this.#value(height ?? 0))}`;
    setText(
      this.#reading,
      this.#isByKey ? here : points.length ? this.data.drawn : this.data.empty,
    );
  }

  #done() {
    this.#heights = filled(this.#heights);
    this.#show();
    this.#send(
      "curve",
      this.#heights.map((height) => this.#value(height ?? 0)),
    );
  }
}

export default new Mounted(DrawnCurve).render;
