/** The map of Q-values over two components of the observation. */

import { actionColour, along, colour, DARK, gradient, inkOn, LIGHT } from "./colours.js";
import { element, pen } from "../shared/dom.js";
import { distinct, number, percent, place, withMinus } from "../shared/numbers.js";
import { _, phrase } from "../shared/words.js";

/** @import { Context, Dimension, Layout, Place, Plane, Plot, Range, Theme } from "./types.d.ts" */

const MARGIN = { left: 58, right: 10, top: 6, bottom: 42 };
const DOT = 2.25;
const MOST_TICKS = 7;

export const HINT = phrase(
  "Dots: recently visited states; the ring is the newest. Move the mouse over the map, or use the arrow keys, to read values.",
);

/**
 * @param {number} width
 * @returns {Omit<Layout, "side">}
 */
export function layout(width) {
  const height = Math.round(Math.min(Math.max(0.56 * width, 270), 400));
  return {
    width,
    height,
    plot: {
      left: MARGIN.left,
      top: MARGIN.top,
      width: width - MARGIN.left - MARGIN.right,
      height: height - MARGIN.top - MARGIN.bottom,
    },
  };
}

/**
 * Values row by row, the first row being the lowest; then states visited, oldest first.
 *
 * @param {Plane} message
 * @returns {Plane}
 */
export function unpack(message) {
  const { rows, columns, quantity, range, body } = message;
  const count = rows * columns;
  const isAction = quantity === "action";
  const values = isAction ? new Uint8Array(body, 0, count) : new Float32Array(count);
  if (!isAction) {
    const [low, high] = range;
    const raw = new Uint16Array(body, 0, count);
    raw.forEach((step, i) => (values[i] = low + (step / 65535) * (high - low)));
  }
  const start = isAction ? count + (count % 2) : 2 * count;
  return { ...message, values, visited: new Uint16Array(body, start) };
}

/**
 * @param {Plane} message
 * @param {Theme} theme
 * @param {number} value
 */
function cellColour(message, theme, value) {
  if (message.quantity === "action") return actionColour(theme, value, message.actions.length);
  const [low, high] = message.range;
  return along(theme.ramps[message.ramp], (value - low) / (high - low));
}

/**
 * One pixel a value; the browser's smoothing makes the picture.
 *
 * @param {Plane} message
 * @param {Theme} theme
 */
function picture(message, theme) {
  const { rows, columns, values } = message;
  const canvas = new OffscreenCanvas(columns, rows);
  const context = pen(canvas);
  const image = context.createImageData(columns, rows);
  for (let i = 0; i < values.length; i++) {
    const row = rows - 1 - Math.floor(i / columns);
    /**
     * @param {number} column
     * @param {number} row
     * @returns {Place}
     * @param {Dimension} axis
     * @param {number} share
     */
    const at = 4 * (row * columns + (i % columns));
    image.data.set([...cellColour(message, theme, values[i]).map(Math.round), 255], at);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/**
 * @param {Context} context
 * @param {Layout} layout
 * @param {Plane} message
 * @param {Theme} theme
 * @param {Place | null} cursor
 * @param {Place | null} chosen
 */
export function draw(context, { plot, height }, message, theme, cursor, chosen) {
  const { left, top, width } = plot;
  context.imageSmoothingEnabled = message.quantity !== "action";
  context.imageSmoothingQuality = "high";
  context.drawImage(picture(message, theme), left, top, width, plot.height);
  context.save();
  context.beginPath();
  context.rect(left, top, width, plot.height);
  context.clip();
  if (message.ramp === "advantage") drawZero(context, plot, message);
  drawVisited(context, plot, message.visited);
  if (message.quantity === "action") drawNames(context, plot, message, theme);
  if (chosen) drawChosen(context, plot, chosen);
  if (cursor) drawCursor(context, plot, cursor);
  context.restore();
  drawAxes(context, plot, height, message, theme);
}

/**
 * The line where both actions are worth the same, by marching squares.
 *
 * @param {Context} context
 * @param {Plot} plot
 * @param {Plane} message
 */
function drawZero(context, plot, { rows, columns, values }) {
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
function drawVisited(context, plot, visited) {
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
function drawNames(context, plot, { rows, columns, values, actions }, theme) {
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
function drawChosen(context, plot, [x, y]) {
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
function drawCursor(context, plot, [x, y]) {
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
 * @param {{ x: Dimension, y: Dimension }} axes
 * @param {Theme} theme
 */
function drawAxes(context, plot, height, { x, y }, theme) {
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

/** @param {Dimension} axis */
const named = ({ label, unit }) => (unit ? `${label} (${unit})` : label);

/**
 * @param {Plane} message
 * @param {Place} place
 */
export function read(message, [x, y]) {
  const { rows, columns, values } = message;
  const column = Math.floor(x * columns);
  const row = rows - 1 - Math.floor(y * rows);
  const value = values[row * columns + column];
  /**
   * @param {Dimension} axis
   * @param {number} share
   */
  const at = (axis, share) => {
    const span = axis.high - axis.low;
    const text = place(axis.low + share * span, span);
    return `${axis.label} ${text}${axis.unit ? ` ${axis.unit}` : ""}`;
  };
  const places = [at(message.x, (column + 0.5) / columns), at(message.y, (row + 0.5) / rows)];
  return _("{places}: {value}", {
    places: places.join(_(", ")),
    value: meaning(message, value),
  });
}

/**
 * @param {Plane} message
 * @param {number} value
 */
function meaning({ quantity, ramp, range, actions, title }, value) {
  if (quantity === "action") return actions[value];
  const text = distinct(value, range[1] - range[0]);
  if (ramp !== "advantage") return `${title} ${text}`;
  const better = actions[value > 0 ? 1 : 0];
  return _("{action} better by {value}", { action: better, value: text.replace("−", "") });
}

/**
 * Nodes that say what the colours mean.
 *
 * @param {Plane} message
 * @param {Theme} theme
 */
export function legend(message, theme) {
  const { quantity, actions, range, ramp, title } = message;
  if (quantity === "action") {
    /** @param {number} action */
    const count = (action) => message.values.filter((value) => value === action).length;
    return actions.map((name, action) => {
      const swatch = element("span", "q-map-swatch");
      swatch.style.background = colour(actionColour(theme, action, actions.length));
      const share = count(action) / message.values.length;
      return element("span", "q-map-entry", swatch, `${name} ${percent(share)}`);
    });
  }
  const bar = element("span", "q-map-bar");
  bar.style.background = gradient(theme.ramps[ramp]);
  const [low, high] =
    ramp === "advantage"
      ? range.map((end, i) =>
          _("{action} by {value}", { action: actions[i], value: number(Math.abs(end)) }),
        )
      : range.map(number);
  return [element("span", "q-map-title", title), element("span", "q-map-scale", low, bar, high)];
}
