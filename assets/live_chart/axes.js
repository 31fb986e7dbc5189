/** What Plotly draws of a panel: axes, reference lines, and the rules of changes. */

import { withMinus } from "../shared/numbers.js";
import { _, phrase } from "../shared/words.js";

/** @import { Axis, Box, Change, Label, Range, Ranges, Shown, Size, Theme } from "./types.d.ts" */

const AXIS_TITLES = {
  env_step: phrase("environment steps"),
  episode: phrase("episodes"),
  seconds: phrase("training time (s)"),
};
const MARGIN = { l: 54, r: 20, t: 10, b: 40 };
const FARTHEST = 100; // a title keeps within the margin: so it is beyond tick labels of any width
const ENDLESS = 1e12;
const LABEL_ROWS = 3;
const LABEL_ROW_HEIGHT = 15;
const LABEL_SIZE = 11;
const TEXT_SIZE = 12;
const LETTER_WIDTH = 6.5;
const DECADES = 4; // of a logarithmic axis, that get their ticks together
const WIDE = /[\u2e80-\uffef]/g;

/**
 * How wide a text is, in Latin letters: a Chinese one is nearly as wide as two.
 *
 * @param {string} text
 */
export const letters = (text) => text.length + 0.7 * (text.match(WIDE)?.length ?? 0);

/**
 * Plotly reads a little markup in its texts; ours are plain.
 *
 * @param {string} text
 */
export function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * The area of the curves in a panel of that size, below the labels of changes.
 *
 * @param {Size} size
 * @param {Label[]} labels
 * @returns {Box}
 */
export function plotBox({ width, height }, labels, scale = 1) {
  const rows = Math.max(0, ...labels.map(({ row }) => row + 1));
  const top = scale * (MARGIN.t + rows * LABEL_ROW_HEIGHT);
  return {
    left: scale * MARGIN.l,
    top,
    width: width - scale * (MARGIN.l + MARGIN.r),
    height: height - top - scale * MARGIN.b,
  };
}

/**
 * A range of round numbers around another one, so that the axis seldom changes.
 *
 * @param {number} low
 * @param {number} high
 * @returns {Range}
 */
function roundedOutwards(low, high) {
  // A single value is in the middle, not on the edge.
  if (low === high) [low, high] = [low - Math.abs(low) / 10, high + Math.abs(high) / 10];
  const size = high - low || 1;
  const step = 10 ** Math.floor(Math.log10(size)) / 2;
  return [Math.floor(low / step) * step, Math.ceil((high + 0.02 * size) / step) * step];
}

/**
 * Smallest and largest of the values on show; of reference lines too where the range is free.
 *
 * @param {Messages.Panel} spec
 * @param {Shown[]} shown
 * @returns {Range}
 */
function extent(spec, shown) {
  let low = Infinity;
  let high = -Infinity;
  const smallest = spec.y_scale === "log" ? Number.MIN_VALUE : -Infinity;
  /** @param {number | null} value */
  const take = (value) => {
    if (value === null || !Number.isFinite(value) || value < smallest) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (const { lines } of shown) {
    for (const { y } of Object.values(lines)) y.forEach(take);
  }
  if (!spec.y_range) spec.references.forEach(({ y }) => take(y));
  return [low, high];
}

/**
 * The y range for these curves in the axis' own units: exponents where it is logarithmic.
 *
 * @param {Messages.Panel} spec
 * @param {Shown[]} shown
 * @returns {Range}
 */
export function yRange(spec, shown) {
  const log = spec.y_scale === "log";
  let [low, high] = extent(spec, shown);
  if (low > high) [low, high] = spec.y_range ?? (log ? [0.01, 1] : [0, 1]);
  if (log) [low, high] = [Math.log10(low), Math.log10(high)];
  if (!spec.y_range) return roundedOutwards(low, high);
  // All possible values stay in sight, and so do values beyond them.
  const [least, most] = spec.y_range;
  high = Math.max(high, most);
  const room = 0.04 * (high - least);
  low = low < least - room / 2 ? roundedOutwards(low, high)[0] : least;
  return [low - room / 2, high + 2 * room];
}

/**
 * Places of the changes' labels above the plot, in rows. Where room is short, the newest have
 * theirs; of the others there is only what was changed, as long as there is room for that.
 *
 * @param {Change[]} changes
 * @param {Range} range
 * @param {Size} size
 */
export function placeLabels(changes, range, { width }, scale = 1, rows = LABEL_ROWS) {
  const inner = width / scale - MARGIN.l - MARGIN.r;
  const free = Array(rows).fill(Infinity);
  /** @type {Label[]} */
  const labels = [];
  for (const { x, label } of [...changes].sort((a, b) => b.x - a.x)) {
    const at = ((x - range[0]) / (range[1] - range[0])) * inner;
    for (const text of [label, label.replace(/ \S+ → .*$/, "")]) {
      const length = LETTER_WIDTH * letters(text) + 8;
      const left = at + length > inner + MARGIN.r;
      const [start, end] = left ? [at - length, at] : [at, at + length];
      const row = free.findIndex((taken) => end <= taken);
      if (row < 0) continue;
      free[row] = start;
      labels.push({ x, row, left, label: text });
      break;
    }
  }
  return labels;
}

/**
 * A label is above its line. It is below if it would meet another one or leave the plot, and at the
 * other end if both places are taken. If its line begins too far to the right it is before the line.
 *
 * @param {Messages.Panel} spec
 * @param {Theme} theme
 * @param {Axis} axis
 * @param {Ranges} ranges
 * @param {Box} box
 */
function references(spec, theme, axis, ranges, box) {
  const log = spec.y_scale === "log";
  const perUnit = box.height / (ranges.y[1] - ranges.y[0]);
  /** @param {number} y */
  const place = (y) => perUnit * (log ? Math.log10(y) : y);
  /** @param {Messages.Reference} reference */
  const start = ({ since }) => since?.[axis] ?? -Infinity;
  /** @param {Messages.Reference} reference */
  const isCut = (reference) => {
    const shown = (ranges.x[1] - start(reference)) / (ranges.x[1] - ranges.x[0]);
    return shown * box.width < theme.scale * LETTER_WIDTH * letters(reference.label);
  };
  // The ends do not follow the range, or every new range would lay out the whole panel again.
  /** @param {Messages.Reference} reference */
  const ends = (reference) =>
    start(reference) > ranges.x[0]
      ? { xref: "x", x0: start(reference), x1: ENDLESS }
      : { xref: "paper", x0: 0, x1: 1 };
  const sorted = spec.references
    .filter((reference) => start(reference) < ranges.x[1])
    .sort((a, b) => b.y - a.y);
  let free = perUnit * ranges.y[1];
  return sorted.map((reference) => {
    const { y, label } = reference;
    const row = theme.scale * LABEL_ROW_HEIGHT;
    const below = free - place(y) < row;
    const isTaken = free < place(y) && start(reference) <= ranges.x[0];
    free = place(y) - (below ? row : 0);
    return {
      type: "line",
      ...ends(reference),
      y0: y,
      y1: y,
      layer: "below",
      line: { color: theme.muted, width: theme.scale, dash: "dash" },
      label: {
        text: plain(label),
        textposition: isTaken ? "end" : "start",
        xanchor: isTaken || isCut(reference) ? "right" : "left",
        yanchor: below ? "top" : "bottom",
        padding: 2,
        font: { size: theme.scale * LABEL_SIZE, color: theme.muted },
      },
    };
  });
}

/**
 * @param {Change} change
 * @param {Theme} theme
 */
function rule({ x }, theme) {
  const line = { color: theme.text, width: theme.scale, dash: "dot" };
  return { type: "line", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line };
}

/**
 * @param {Label} label
 * @param {Theme} theme
 */
function annotation({ x, row, left, label }, theme) {
  return {
    x,
    yref: "paper",
    y: 1,
    text: plain(label),
    showarrow: false,
    xanchor: left ? "right" : "left",
    xshift: left ? 3 : -3,
    yanchor: "bottom",
    yshift: theme.scale * row * LABEL_ROW_HEIGHT,
    borderpad: 0,
    font: { size: theme.scale * LABEL_SIZE, color: theme.text },
  };
}

/**
 * A number at a tick of a logarithmic axis, short enough to stay clear of the axis' title.
 *
 * @param {number} value
 */
function tickText(value) {
  const isLong = value >= 1e4 || value < 1e-3;
  return withMinus(isLong ? value.toExponential().replace("e+", "e") : String(value));
}

/**
 * Ticks at these multiples of powers of ten, also somewhat beyond a range that grows.
 *
 * @param {Range} range
 * @param {number[]} factors
 */
function logTicks([low, high], factors, stride = 1) {
  const values = [];
  const last = DECADES * Math.ceil(high / DECADES);
  for (let power = DECADES * Math.floor(low / DECADES); power <= last; power += stride) {
    for (const factor of factors) values.push(Number(`${factor}e${power}`));
  }
  return { tickvals: values, ticktext: values.map(tickText) };
}

/**
 * @param {Messages.Panel} spec
 * @param {Range} range
 */
function yTicks(spec, range) {
  if (spec.y_scale !== "log") return { nticks: 6 };
  const size = range[1] - range[0];
  if (size > 10) return logTicks(range, [1], DECADES);
  return logTicks(range, size > 2.5 ? [1] : size > 0.5 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

/**
 * Both axes as Plotly has them.
 *
 * @param {{ spec: Messages.Panel, theme: Theme, axis: Axis, size: Size, ranges: Ranges }} shown
 */
function axes({ spec, theme, axis, size, ranges }) {
  const font = { color: theme.muted, size: theme.scale * TEXT_SIZE };
  const common = {
    gridcolor: theme.grid,
    linecolor: theme.grid,
    tickfont: font,
    zeroline: false,
    automargin: false,
    // the margins have room for every label: looking whether one is cut costs as much as drawing
    ticklabeloverflow: "allow",
  };
  /**
   * @param {string} text
   * @param {number} standoff
   */
  const title = (text, standoff) => ({ text, standoff, font });
  return {
    xaxis: {
      ...common,
      range: [...ranges.x],
      showgrid: false,
      showline: true,
      ticks: "outside",
      ticklen: 4,
      tickcolor: theme.grid,
      nticks: Math.max(3, Math.floor(size.width / (90 * theme.scale))),
      title: title(_(AXIS_TITLES[axis]), 4),
    },
    yaxis: {
      ...common,
      type: spec.y_scale,
      range: [...ranges.y],
      ...yTicks(spec, ranges.y),
      ...(spec.y_title ? { title: title(plain(spec.y_title), FARTHEST) } : {}),
    },
  };
}

/**
 * Plotly's layout of a panel. `ranges` is {x, y}; `axis` the column that x is.
 *
 * @param {{
 *   spec: Messages.Panel, theme: Theme, axis: Axis, size: Size, ranges: Ranges, changes: Change[],
 *   labels: Label[], dragmode: string | false,
 * }} shown
 */
export function layout({ spec, theme, axis, size, ranges, changes, labels, dragmode }) {
  const box = plotBox(size, labels, theme.scale);
  return {
    ...size,
    margin: { t: box.top, l: box.left, r: theme.scale * MARGIN.r, b: theme.scale * MARGIN.b },
    showlegend: false,
    hovermode: false,
    dragmode,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.font, size: theme.scale * TEXT_SIZE, color: theme.text },
    ...axes({ spec, theme, axis, size, ranges }),
    shapes: [
      ...references(spec, theme, axis, ranges, box),
      ...changes.map((change) => rule(change, theme)),
    ],
    annotations: labels.map((label) => annotation(label, theme)),
  };
}
