// The course of the episode in one line: max Q above, the margin between best and second below.

import { element } from "../shared/dom.js";
import { decimals, fixed } from "../shared/numbers.js";
import { freshPen } from "../shared/paper.js";
import { _ } from "../shared/words.js";

/** @import { Reel } from "./reel.js" */

const MARGIN_SHARE = 0.34; // of the height

export class Strip {
  length = 0;

  /**
   * `seek(t)` is called with the moment that a person points at.
   *
   * @param {Reel} reel
   * @param {(t: number) => void} seek
   */
  constructor(reel, seek) {
    this.reel = reel;
    this.canvas = element("canvas", "course");
    this.cursor = element("div", "cursor");
    this.area = element("div", "area", this.canvas, this.cursor);
    this.best = element("span", "key best");
    this.margin = element("span", "key margin");
    this.node = element(
      "figure",
      "strip",
      element("figcaption", "", element("b", "", reel.title), this.best, this.margin),
      this.area,
    );
    this.area.onpointerdown = (event) => {
      this.area.setPointerCapture(event.pointerId);
      seek(this.momentAt(event));
    };
    this.area.onpointermove = (event) => {
      if (this.area.hasPointerCapture(event.pointerId)) seek(this.momentAt(event));
    };
  }

  /** @param {PointerEvent} event */
  momentAt(event) {
    const box = this.area.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    return Math.round(share * (this.length - 1));
  }

  /**
   * Draws what there is; `length` is the number of moments that the width stands for.
   *
   * @param {number} length
   * @param {number} lowestQ
   * @param {number} highestQ
   */
  refresh(length, lowestQ, highestQ) {
    const { reel, canvas } = this;
    this.length = length;
    const width = this.area.clientWidth;
    const height = this.area.clientHeight;
    if (!width || !reel.length) return;
    const pen = freshPen(canvas, width, height);
    const style = getComputedStyle(canvas);
    /** @param {number} t */
    const x = (t) => (length > 1 ? (t / (length - 1)) * width : 0);

    const floor = Math.round(height * (1 - MARGIN_SHARE));
    const span = highestQ - lowestQ || 1;
    /** @param {number} q */
    const y = (q) => 3 + (1 - (q - lowestQ) / span) * (floor - 6);
    const moments = reel.rows.map((_, t) => t);
    pen.strokeStyle = style.getPropertyValue("--line");
    pen.beginPath();
    pen.moveTo(0, y(0));
    pen.lineTo(width, y(0));
    pen.stroke();
    pen.strokeStyle = style.getPropertyValue("--q");
    pen.lineWidth = 1.5;
    pen.beginPath();
    for (const t of moments) pen.lineTo(x(t), y(reel.maxQ(t)));
    pen.stroke();

    const margins = moments.map((t) => reel.margin(t));
    const widest = margins.reduce((a, b) => Math.max(a, b), 0);
    pen.fillStyle = style.getPropertyValue("--margin");
    pen.globalAlpha = 0.75;
    pen.beginPath();
    pen.moveTo(0, height);
    for (const t of moments) {
      pen.lineTo(x(t), height - (widest ? margins[t] / widest : 0) * (height - floor - 2));
    }
    pen.lineTo(x(reel.last), height);
    pen.fill();

    const digits = decimals(Math.max(-lowestQ, highestQ));
    const [low, high] = [lowestQ, highestQ].map((q) => fixed(q, digits));
    this.best.textContent = _("max Q, scale {low} to {high}", { low, high });
    this.margin.textContent = _("margin of the best action over the second, up to {value}", {
      value: fixed(widest, decimals(widest)),
    });
  }

  /** @param {number} t */
  show(t) {
    const share = this.length > 1 ? t / (this.length - 1) : 0;
    this.cursor.style.left = `${(100 * share).toFixed(3)}%`;
  }
}
