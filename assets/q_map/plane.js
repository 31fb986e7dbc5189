/** The map of Q-values over two components of the observation. */

import { actionColour, along, colour, gradient } from "./colours.js";
import {
  drawAxes,
  drawChosen,
  drawCursor,
  drawNames,
  drawVisited,
  drawZero,
} from "./plane_layers.js";
import { element, pen } from "../shared/dom.js";
import { distinct, number, percent, place } from "../shared/numbers.js";
import { _, phrase } from "../shared/words.js";

/** @import { Context, Layout, Place, Plane, Theme } from "./types.d.ts" */

const MARGIN = { left: 58, right: 10, top: 6, bottom: 42 };

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
  const { rows, columns, body } = message;
  const count = rows * columns;
  const isAction = message.quantity === "action";
  const values = isAction ? new Uint8Array(body, 0, count) : new Float32Array(count);
  if (message.quantity !== "action") {
    const [low, high] = message.range;
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
  if ("ramp" in message && message.ramp === "advantage") drawZero(context, plot, message);
  drawVisited(context, plot, message.visited);
  if (message.quantity === "action") drawNames(context, plot, message, theme);
  if (chosen) drawChosen(context, plot, chosen);
  if (cursor) drawCursor(context, plot, cursor);
  context.restore();
  drawAxes(context, plot, height, message, theme);
}

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
   * @param {Messages.MapAxis} axis
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
function meaning(message, value) {
  const { actions, title } = message;
  if (message.quantity === "action") return actions[value];
  const { ramp, range } = message;
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
  const { actions, title } = message;
  if (message.quantity === "action") {
    /** @param {number} action */
    const count = (action) => message.values.filter((value) => value === action).length;
    return actions.map((name, action) => {
      const swatch = element("span", "q-map-swatch");
      swatch.style.background = colour(actionColour(theme, action, actions.length));
      const share = count(action) / message.values.length;
      return element("span", "q-map-entry", swatch, `${name} ${percent(share)}`);
    });
  }
  const { range, ramp } = message;
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
