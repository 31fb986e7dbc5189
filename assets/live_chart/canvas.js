/**
 * Curves on a canvas over Plotly's axes. A refresh costs a redraw of the canvas alone, about a
 * millisecond; Plotly, whose redraw takes tens, comes in only when the axes change.
 */

import { freshPen } from "../shared/paper.js";

/** @import { Box, Line, Ranges, Shown, Size, Style } from "./types.d.ts" */

const DASHES = { solid: [], dash: [9, 6], dot: [2, 4], dashdot: [9, 4, 2, 4] };
const OVERHANG = 4;
// points of a thick line that are stroked at once: long paths that cross themselves are slow
const PIECE = 32;

/**
 * A path through points `from` to `to` of a line; a value that is none interrupts it.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 * @param {(x: number) => number} toX
 * @param {(y: number) => number} toY
 */
function trace(context, { x, y }, toX, toY, from = 0, to = x.length) {
  context.beginPath();
  let pen = false;
  for (let i = from; i < to; i++) {
    const across = x[i];
    const up = y[i];
    if (across === null || up === null || !Number.isFinite(up)) {
      pen = false;
      continue;
    }
    // a lone point is a line to itself, which a round cap makes a dot
    if (!pen) context.moveTo(toX(across), toY(up));
    context.lineTo(toX(across), toY(up));
    pen = true;
  }
}

/**
 * Filled or hollow circles at a line's points.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 * @param {Style} style
 * @param {(x: number) => number} toX
 * @param {(y: number) => number} toY
 * @param {number} scale
 */
function mark(context, { x, y }, { color, hollow, background }, toX, toY, scale) {
  const radius = 3 * scale;
  context.beginPath();
  for (let i = 0; i < x.length; i++) {
    const across = x[i];
    const up = y[i];
    if (across === null || up === null || !Number.isFinite(up)) continue;
    context.moveTo(toX(across) + radius, toY(up));
    context.arc(toX(across), toY(up), radius, 0, 2 * Math.PI);
  }
  context.fillStyle = hollow ? background : color;
  context.lineWidth = 1.25 * scale;
  context.strokeStyle = color;
  context.setLineDash([]);
  context.fill();
  context.stroke();
}

/**
 * Draw curves inside a box of the canvas.
 *
 * `box` is {left, top, width, height} in CSS pixels, of which `ratio` are a pixel of the canvas and
 * whose lines are `scale` wide; `ranges` is what it shows, {x, y}, the latter in exponents where
 * `log`; each curve has `lines` (band, faint, bold) and a `style`.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{
 *   size: Size, box: Box, ranges: Ranges, log: boolean, scale: number, ratio: number,
 * }} place
 * @param {Shown[]} curves
 */
export function drawCurves(canvas, { size, box, ranges, log, scale, ratio }, curves) {
  const context = freshPen(canvas, size.width, size.height, ratio);
  context.beginPath();
  context.rect(box.left, box.top - OVERHANG, box.width + OVERHANG, box.height + 2 * OVERHANG);
  context.clip();
  context.lineJoin = context.lineCap = "round";

  const xScale = box.width / (ranges.x[1] - ranges.x[0]);
  const yScale = box.height / (ranges.y[1] - ranges.y[0]);
  /** @param {number} x */
  const toX = (x) => box.left + (x - ranges.x[0]) * xScale;
  /** @param {number} y */
  const toY = (y) => box.top + box.height - ((log ? Math.log10(y) : y) - ranges.y[0]) * yScale;
  /**
   * @param {Line} line
   * @param {string} color
   * @param {number} width
   * @param {import("./types.d.ts").Dash} dash
   */
  const stroke = (line, color, width, dash = "solid") => {
    context.strokeStyle = color;
    context.lineWidth = width * scale;
    context.setLineDash(DASHES[dash].map((length) => length * scale));
    const piece = width > 1 && dash === "solid" ? PIECE : line.x.length;
    for (let from = 0; from < line.x.length; from += piece) {
      trace(context, line, toX, toY, from, Math.min(from + piece + 1, line.x.length));
      context.stroke();
    }
  };
  for (const { lines, style } of curves) {
    trace(context, lines.band, toX, toY);
    context.fillStyle = style.band;
    context.fill();
    stroke(lines.faint, style.faint, 1);
    stroke(lines.bold, style.color, style.width, style.dash);
    if (style.apart) mark(context, lines.faint, { ...style, color: style.faint }, toX, toY, scale);
    if (style.marked) mark(context, lines.bold, style, toX, toY, scale);
  }
}
