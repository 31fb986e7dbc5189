/** The map of Q-values on the squares of a small world: Q of each action, and the best as an arrow. */

import { along, colour, gradient, inkOn } from "./colours.js";
import { element } from "../shared/dom.js";
import { distinct, number } from "../shared/numbers.js";
import { _, phrase } from "../shared/words.js";

/** @import { Context, Grid, Layout, Place, Theme } from "./types.d.ts" */

const LARGEST_SQUARE = 104;
const SMALLEST_WITH_NUMBERS = 62;
const NUMBER_SIZES = [12, 11, 10, 9];
const GAP = 1;
const EDGE = 2;

export const HINT = phrase(
  "Arrow: the greedy action. Frame: visited recently. Move the mouse over the map, or use the arrow keys, to read values.",
);

/**
 * @param {number} width
 * @param {{ rows: number, columns: number }} world
 * @returns {Layout}
 */
export function layout(width, { rows, columns }) {
  const side = Math.floor(Math.min((width - 2) / columns, LARGEST_SQUARE));
  const plot = { left: 1, top: 1, width: side * columns, height: side * rows };
  return { width, height: plot.height + 2, plot, side };
}

/**
 * Q square by square, the first row being the top one; then how often each was visited.
 *
 * @param {Grid} message
 * @returns {Grid}
 */
export function unpack(message) {
  const count = message.rows * message.columns;
  const q = new Float32Array(message.body, 0, count * message.actions.length);
  return { ...message, q };
}

/**
 * @param {Grid} message
 * @param {number} value
 */
const share = ({ range: [low, high] }, value) => (value - low) / (high - low);

/**
 * @param {Grid} message
 * @param {number} square
 */
const valuesAt = ({ q, actions }, square) =>
  q.subarray(square * actions.length, (square + 1) * actions.length);

/**
 * The action with the largest Q; one that is not allowed has no number.
 *
 * @param {Float32Array} values
 */
const best = (values) =>
  values.reduce(
    (found, q, action) => (q > values[found] || isNaN(values[found]) ? action : found),
    0,
  );

/**
 * @param {Context} context
 * @param {Layout} layout
 * @param {Grid} message
 * @param {Theme} theme
 * @param {Place | null} cursor
 * @param {Place | null} chosen
 */
export function draw(context, { plot, side }, message, theme, cursor, chosen) {
  const { rows, columns } = message;
  /**
   * @param {number} square
   * @returns {Place}
   */
  const corner = (square) => [
    plot.left + (square % columns) * side,
    plot.top + Math.floor(square / columns) * side,
  ];
  const size = numberSize(context, side, message, theme);
  for (let square = 0; square < rows * columns; square++) {
    context.save();
    context.translate(...corner(square));
    drawSquare(context, side, size, message, square, theme);
    context.restore();
  }
  context.fillStyle = context.strokeStyle = theme.text;
  message.walls.forEach((isWall, square) => {
    const [x, y] = corner(square);
    if (isWall) context.fillRect(x + side - 3.5, y, 6, side);
  });
  for (const [place, width] of /** @type {[[number, number] | null, number][]} */ ([
    [cursor, 3],
    [chosen, 5],
  ])) {
    if (!place) continue;
    const [x, y] = corner(squareAt(message, place));
    context.lineWidth = width;
    context.strokeRect(x + 1, y + 1, side - 3, side - 3);
  }
}

/** @param {number} side */
const arrowRadius = (side) => side * (side < SMALLEST_WITH_NUMBERS ? 0.24 : 0.15);

/**
 * @param {Grid} message
 * @param {number} value
 */
const told = ({ range }, value) => distinct(value, range[1] - range[0]);

/**
 * The letters in which each number fits between an edge and the arrow; 0 if there are none.
 *
 * @param {Context} context
 * @param {number} side
 * @param {Grid} message
 * @param {Theme} theme
 */
function numberSize(context, side, message, theme) {
  if (side < SMALLEST_WITH_NUMBERS) return 0;
  const texts = Array.from(message.q).flatMap((q) => (isNaN(q) ? [] : told(message, q)));
  const longest = texts.reduce((a, b) => (b.length > a.length ? b : a));
  const room = (side - GAP) / 2 - arrowRadius(side) - 2 * EDGE;
  /** @param {number} size */
  const fits = (size) => {
    context.font = `400 ${size}px ${theme.font}`;
    return context.measureText(longest).width <= room;
  };
  return NUMBER_SIZES.find(fits) ?? 0;
}

/**
 * @param {Context} context
 * @param {number} side
 * @param {number} size
 * @param {Grid} message
 * @param {number} square
 * @param {Theme} theme
 */
function drawSquare(context, side, size, message, square, theme) {
  const inner = side - GAP;
  const letter = message.letters[square];
  context.textAlign = "center";
  context.textBaseline = "middle";
  if (message.ended[square]) {
    context.fillStyle = theme.faint;
    context.fillRect(0, 0, inner, inner);
    context.fillStyle = theme.text;
    context.font = `600 ${Math.round(0.34 * side)}px ${theme.font}`;
    context.fillText(letter, inner / 2, inner / 2);
    return;
  }
  const values = valuesAt(message, square);
  context.fillStyle = colour(along(theme.ramps.value, share(message, values[best(values)])));
  context.fillRect(0, 0, inner, inner);
  message.directions.forEach((direction, action) => {
    if (direction) drawTriangle(context, side, size, direction, values[action], message, theme);
  });
  drawBest(context, side, message, values, theme);
  drawMarks(context, side, message, square, letter, theme);
}

/**
 * The side of a square that an action leads to, coloured by its Q, and its number in `size`.
 *
 * @param {Context} context
 * @param {number} side
 * @param {number} size
 * @param {[down: number, right: number]} direction
 * @param {number} value
 * @param {Grid} message
 * @param {Theme} theme
 */
function drawTriangle(context, side, size, [down, right], value, message, theme) {
  const inner = side - GAP;
  const middle = inner / 2;
  const isAllowed = !isNaN(value);
  const rgb = isAllowed ? along(theme.ramps.value, share(message, value)) : [];
  context.beginPath();
  context.moveTo(middle, middle);
  for (const turn of [-1, 1]) {
    context.lineTo(middle * (1 + right + turn * down), middle * (1 + down + turn * right));
  }
  context.closePath();
  context.fillStyle = isAllowed ? colour(rgb) : theme.faint;
  context.fill();
  context.strokeStyle = theme.background;
  context.lineWidth = 0.75;
  context.stroke();
  if (!size || !isAllowed) return;
  context.fillStyle = inkOn(rgb);
  context.font = `400 ${size}px ${theme.font}`;
  context.fillText(
    told(message, value),
    middle * (1 + (right ? 0.64 : 0.77) * right),
    middle * (1 + 0.77 * down),
  );
}

/**
 * The greedy action: an arrow, or its first letter where it does not move.
 *
 * @param {Context} context
 * @param {number} side
 * @param {Grid} message
 * @param {Float32Array} values
 * @param {Theme} theme
 */
function drawBest(context, side, message, values, theme) {
  const middle = (side - GAP) / 2;
  const radius = arrowRadius(side);
  const action = best(values);
  const direction = message.directions[action];
  context.beginPath();
  context.arc(middle, middle, radius, 0, 2 * Math.PI);
  context.fillStyle = theme.background;
  context.fill();
  context.fillStyle = context.strokeStyle = theme.text;
  if (!direction) {
    context.font = `700 ${Math.round(1.2 * radius)}px ${theme.font}`;
    context.fillText(message.actions[action][0].toUpperCase(), middle, middle + 1);
    return;
  }
  const [down, right] = direction;
  const tip = 0.68 * radius;
  /**
   * @param {number} forward
   * @param {number} sideways
   * @returns {Place}
   */
  const at = (forward, sideways) => [
    middle + right * forward - down * sideways,
    middle + down * forward + right * sideways,
  ];
  context.lineWidth = Math.max(1.5, 0.14 * radius);
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(...at(-tip, 0));
  context.lineTo(...at(tip, 0));
  context.moveTo(...at(0.15 * tip, -0.7 * tip));
  context.lineTo(...at(tip, 0));
  context.lineTo(...at(0.15 * tip, 0.7 * tip));
  context.stroke();
}

/**
 * The square's letter, and a frame that is stronger the more often it was visited.
 *
 * @param {Context} context
 * @param {number} side
 * @param {Grid} message
 * @param {number} square
 * @param {string} letter
 * @param {Theme} theme
 */
function drawMarks(context, side, message, square, letter, theme) {
  const inner = side - GAP;
  const visits = message.visits[square];
  if (visits > 0) {
    context.globalAlpha = 0.25 + 0.75 * visits;
    context.strokeStyle = theme.text;
    context.lineWidth = 2;
    context.strokeRect(1, 1, inner - 2, inner - 2);
    context.globalAlpha = 1;
  }
  if (letter) {
    context.font = `700 ${side < SMALLEST_WITH_NUMBERS ? 10 : 13}px ${theme.font}`;
    context.lineWidth = 3;
    context.strokeStyle = theme.background;
    context.fillStyle = theme.text;
    /** @type {Place} */
    const at = [side < SMALLEST_WITH_NUMBERS ? 8 : 12, side < SMALLEST_WITH_NUMBERS ? 9 : 13];
    context.strokeText(letter, ...at);
    context.fillText(letter, ...at);
  }
}

/**
 * @param {Grid} message
 * @param {Place} place
 */
function squareAt({ rows, columns }, [x, y]) {
  return Math.floor(y * rows) * columns + Math.floor(x * columns);
}

/**
 * @param {Grid} message
 * @param {Place} cursor
 */
export function read(message, cursor) {
  const square = squareAt(message, cursor);
  const row = Math.floor(square / message.columns) + 1;
  const column = (square % message.columns) + 1;
  if (message.ended[square])
    return _("row {row}, column {column}: the episode ends here", { row, column });
  const values = valuesAt(message, square);
  /** @param {number} q */
  const words = (q) => (isNaN(q) ? _("not allowed") : told(message, q));
  const texts = message.actions.map((name, action) => `${name} ${words(values[action])}`);
  return _("row {row}, column {column}: {values}; best: {action}", {
    row,
    column,
    values: texts.join(_(", ")),
    action: message.actions[best(values)],
  });
}

/**
 * Nodes that say what the colours mean.
 *
 * @param {Grid} message
 * @param {Theme} theme
 */
export function legend({ range, title }, theme) {
  const bar = element("span", "q-map-bar");
  bar.style.background = gradient(theme.ramps.value);
  const [low, high] = range.map(number);
  return [element("span", "q-map-title", title), element("span", "q-map-scale", low, bar, high)];
}
