/** What lies over the colours of a plane: lines, states visited, names, axes. */

import { actionColour, colour, DARK, inkOn, LIGHT } from "./colours.js";
import { withMinus } from "../shared/numbers.js";

/** @import { Context, Place, Plane, Plot, Range, Theme } from "./types.d.ts" */

const DOT = 2.25;
const MOST_TICKS = 7;

/**
 * The line where both actions are worth the same, by marching squares.
 *
 * @param {Context} context
 * @param {Plot} plot
 * @param {Plane} message
 */
export function drawZero(context, plot, { rows, columns, values }) {
  /**
   * @param {number} column
   * @param {number} row
   * @returns {Place}
   */
  const at = (column, row) => [
    plot.left + ((column + 0.5) / columns) * plot.width,
    plot.top + (1 - (row + 0.5) / rows) * plot.height,
  ];
  context.beginPath();
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const corners = [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
      ].map(([x, y]) => [column + x, row + y]);
      /** @type {Place[]} */
      const crossings = [];
      corners.forEach(([x, y], i) => {
        const [nextX, nextY] = corners[(i + 1) % 4];
        const here = values[y * columns + x];
        const there = values[nextY * columns + nextX];
        if (here > 0 === there > 0) return;
        const share = here / (here - there);
        crossings.push(at(x + share * (nextX - x), y + share * (nextY - y)));
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        context.moveTo(...crossings[i]);
        context.lineTo(...crossings[i + 1]);
      }
    }
  }
  context.strokeStyle = DARK;
  context.lineWidth = 1.25;
  context.stroke();
}

/**
 * States visited, fading with age; the newest has a ring.
 *
 * @param {Context} context
 * @param {Plot} plot
 * @param {Uint16Array} visited
 */
export function drawVisited(context, plot, visited) {
  const count = visited.length / 2;
  context.strokeStyle = DARK;
  context.fillStyle = LIGHT;
  context.lineWidth = 0.75;
  for (let i = 0; i < count; i++) {
    const x = plot.left + (visited[2 * i] / 65535) * plot.width;
    const y = plot.top + (1 - visited[2 * i + 1] / 65535) * plot.height;
    const newest = i === count - 1;
    context.globalAlpha = newest ? 1 : 0.12 + 0.68 * ((i + 1) / count) ** 2;
    context.beginPath();
    context.arc(x, y, newest ? 2 * DOT : DOT, 0, 2 * Math.PI);
    context.lineWidth = newest ? 2 : 0.75;
    context.fill();
    context.stroke();
  }
  context.globalAlpha = 1;
}

/**
 * The name of each action in the middle of where it is chosen, so that colour is not alone.
 *
 * @param {Context} context
 * @param {Plot} plot
 * @param {Plane} message
 * @param {Theme} theme
 */
export function drawNames(context, plot, { rows, columns, values, actions }, theme) {
  context.font = `600 13px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  actions.forEach((name, action) => {
    let [count, x, y] = [0, 0, 0];
    values.forEach((value, i) => {
      if (value !== action) return;
      count += 1;
      x += (i % columns) + 0.5;
      y += Math.floor(i / columns) + 0.5;
    });
    if (count < 0.04 * values.length) return;
    [x, y] = [x / count, y / count];
    // a region may be hollow: its middle then belongs to another
    if (values[Math.floor(y) * columns + Math.floor(x)] !== action) return;
    const rgb = actionColour(theme, action, actions.length);
    context.lineWidth = 3;
    context.strokeStyle = colour(rgb);
    context.fillStyle = inkOn(rgb);
    /** @type {Place} */
    const at = [plot.left + (x / columns) * plot.width, plot.top + (1 - y / rows) * plot.height];
    context.strokeText(name, ...at);
    context.fillText(name, ...at);
  });
}

/**
 * A square around the chosen place, dark on light, so that it is seen on every colour.
 *
 * @param {Context} context
 * @param {Plot} plot
 * @param {Place} place
 */
export function drawChosen(context, plot, [x, y]) {
  const [left, top] = [plot.left + x * plot.width, plot.top + y * plot.height];
  for (const [ink, width] of /** @type {[string, number][]} */ ([
    [LIGHT, 4],
    [DARK, 2],
  ])) {
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.strokeRect(left - 5, top - 5, 10, 10);
  }
}

/**
 * @param {Context} context
 * @param {Plot} plot
 * @param {Place} place
 */
export function drawCursor(context, plot, [x, y]) {
  context.beginPath();
  context.moveTo(plot.left + x * plot.width, plot.top);
  context.lineTo(plot.left + x * plot.width, plot.top + plot.height);
  context.moveTo(plot.left, plot.top + y * plot.height);
  context.lineTo(plot.left + plot.width, plot.top + y * plot.height);
  context.setLineDash([4, 3]);
  context.lineWidth = 1;
  context.strokeStyle = DARK;
  context.stroke();
  context.setLineDash([]);
}

/**
 * Round places in a range, at most `most` of them, with their texts.
 *
 * @param {Range} range
 * @param {number} most
 * @returns {[number, string][]}
 */
function ticks([low, high], most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Array.from({ length: count }, (_, i) => {
    const value = (first + i) * step;
    return [value, withMinus((value || 0).toFixed(digits))];
  });
}

/**
 * @param {Context} context
 * @param {Plot} plot
 * @param {number} height
 * @param {{ x: Messages.MapAxis, y: Messages.MapAxis }} axes
 * @param {Theme} theme
 */
export function drawAxes(context, plot, height, { x, y }, theme) {
  const { left, top, width } = plot;
  const bottom = top + plot.height;
  context.font = `400 12px ${theme.font}`;
  context.fillStyle = context.strokeStyle = theme.quiet;
  context.lineWidth = 1;
  context.beginPath();
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const [value, text] of ticks([x.low, x.high], Math.min(MOST_TICKS, width / 60))) {
    const at = left + ((value - x.low) / (x.high - x.low)) * width;
    context.moveTo(at, bottom);
    context.lineTo(at, bottom + 4);
    context.fillText(text, at, bottom + 7);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const [value, text] of ticks([y.low, y.high], MOST_TICKS)) {
    const at = bottom - ((value - y.low) / (y.high - y.low)) * plot.height;
    context.moveTo(left - 4, at);
    context.lineTo(left, at);
    context.fillText(text, left - 7, at);
  }
  context.stroke();
  context.fillStyle = theme.text;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillText(named(x), left + width / 2, height - 5);
  context.save();
  context.translate(13, top + plot.height / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(named(y), 0, 0);
  context.restore();
}

/** @param {Messages.MapAxis} axis */
const named = ({ label, unit }) => (unit ? `${label} (${unit})` : label);
