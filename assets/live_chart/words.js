/** Curves in words. */

import { number } from "../shared/numbers.js";

const STEADY = 0.02;
const FEW = 6; // seeds, whose interval is hardly more than their range

/** What a number over so many seeds is: of fewer than four none is cut off. */
export function kindOfMean(seeds) {
  if (seeds === 1) return "one seed";
  return `${seeds < 4 ? "mean" : "interquartile mean"} of ${seeds} seeds`;
}

/** What is shaded around it. */
export function kindOfInterval(seeds) {
  const beware = seeds < FEW ? ", with so few seeds hardly more than their range" : "";
  return `95\u202f% bootstrap interval${beware}`;
}

/** What a curve says, "average return 312 of 500, rising", from its summary. */
export function sentence({ quantity, unit, ceiling }, { value, before, interval, members }) {
  let text = `${quantity} ${number(value)}`;
  if (ceiling !== null) text += ` of ${number(ceiling)}`;
  if (unit) text += ` ${unit}`;
  if (interval) {
    text += ` (${kindOfMean(members)}, ${kindOfInterval(members)}: `;
    text += `${number(interval[0])} to ${number(interval[1])})`;
  }
  if (!Number.isFinite(before)) return text;
  const scale = Math.max(Math.abs(value), Math.abs(ceiling ?? 0));
  const steady = Math.abs(value - before) <= STEADY * scale;
  return `${text}, ${steady ? "steady" : value > before ? "rising" : "falling"}`;
}

/** What thin and bold lines mean, of the curves on show. */
export function legendOfLines(curves, smoothing) {
  const averaged = curves.filter(({ spec, empty }) => spec.kind === "average" && !empty);
  const geometric = averaged.some(({ averagesLogarithms }) => averagesLogarithms);
  const where = geometric ? " (geometric on a logarithmic axis)" : "";
  const average = averaged.length ? `exponential average with weight ${smoothing}${where}` : "";
  const seeds = curves.filter(({ several }) => several).map((curve) => curve.seeds);
  if (typeof curves[0]?.spec.color === "number") return legendOfRuns(curves, seeds, average);
  if (seeds.length) {
    const thin = average ? `each seed; loss, gradient and return as ${average}` : "each seed";
    const interval = kindOfInterval(seeds[0]);
    return `Thin: ${thin}. Bold: the ${kindOfMean(seeds[0])}. Shaded: its ${interval}.`;
  }
  return average ? `Faint: each value. Bold: its ${average}.` : "";
}

/** The same where each curve is of another run, or of several of so many `seeds` each. */
function legendOfRuns(curves, seeds, average) {
  const faint = curves.some(({ spec }) => spec.singles) ? "Faint: each value or seed. " : "";
  const line = average ? `Bold: the ${average}` : "Bold: the value";
  if (!seeds.length) return `${faint}${line}.`;
  const mean = "of several seeds their interquartile mean (of fewer than four the mean)";
  return `${faint}${line}; ${mean}. Shaded: its ${kindOfInterval(Math.min(...seeds))}.`;
}
