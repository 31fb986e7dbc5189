/** Curves in words. */

import { number, PERCENT } from "../shared/numbers.js";
import { _ } from "../shared/words.js";

/** @import { Curve } from "./curve.js" */
/** @import { Range } from "./types.d.ts" */

const STEADY = 0.02;
const FEW = 6; // seeds, whose interval is hardly more than their range
const SHARE = `95${PERCENT}`;

/**
 * What a number over so many seeds is: of fewer than four none is cut off.
 *
 * @param {number} seeds
 */
export function kindOfMean(seeds) {
  if (seeds === 1) return _("one seed");
  return seeds < 4
    ? _("mean of {count} seeds", { count: seeds })
    : _("interquartile mean of {count} seeds", { count: seeds });
}

/**
 * What is shaded around it.
 *
 * @param {number} seeds
 */
function kindOfInterval(seeds) {
  return seeds < FEW
    ? _("{share} bootstrap interval, with so few seeds hardly more than their range", {
        share: SHARE,
      })
    : _("{share} bootstrap interval", { share: SHARE });
}

/**
 * What a curve says, "average return 312 of 500, rising", from its summary.
 *
 * @param {Messages.Takeaway} takeaway
 * @param {{ value: number, before: number, interval: Range | null, members: number }} summary
 */
export function sentence({ quantity, ceiling }, { value, before, interval, members }) {
  const now = told(quantity, value, ceiling);
  const whole = interval ? withInterval(now, interval, members) : now;
  if (!Number.isFinite(before)) return whole;
  const scale = Math.max(Math.abs(value), Math.abs(ceiling ?? 0));
  if (Math.abs(value - before) <= STEADY * scale) return _("{words}, steady", { words: whole });
  return value > before
    ? _("{words}, rising", { words: whole })
    : _("{words}, falling", { words: whole });
}

/**
 * @param {string} quantity
 * @param {number} value
 * @param {number | null} ceiling
 */
function told(quantity, value, ceiling) {
  if (ceiling === null) return _("{quantity} {value}", { quantity, value: number(value) });
  const values = { quantity, value: number(value), ceiling: number(ceiling) };
  return _("{quantity} {value} of {ceiling}", values);
}

/**
 * @param {string} words
 * @param {Range} interval
 * @param {number} members
 */
function withInterval(words, interval, members) {
  const [low, high] = interval.map(number);
  const values = { words, mean: kindOfMean(members), kind: kindOfInterval(members), low, high };
  return _("{words} ({mean}, {kind}: {low} to {high})", values);
}

/**
 * What thin and bold lines mean, of the curves on show.
 *
 * @param {Curve[]} curves
 * @param {number} smoothing
 */
export function legendOfLines(curves, smoothing) {
  const averaged = curves.filter(({ spec, empty }) => spec.kind === "average" && !empty);
  const average = averaged.length ? kindOfAverage(averaged, smoothing) : "";
  const seeds = curves.filter(({ several }) => several).map((curve) => curve.seeds);
  if (typeof curves[0]?.spec.color === "number") return legendOfRuns(curves, seeds, average);
  if (seeds.length) {
    const values = { average, mean: kindOfMean(seeds[0]), interval: kindOfInterval(seeds[0]) };
    return average
      ? _(
          "Thin: each seed; loss, gradient and return as {average}. Bold: the {mean}. Shaded: its {interval}.",
          values,
        )
      : _("Thin: each seed. Bold: the {mean}. Shaded: its {interval}.", values);
  }
  return average ? _("Faint: each value. Bold: its {average}.", { average }) : "";
}

/**
 * @param {Curve[]} averaged
 * @param {number} weight
 */
function kindOfAverage(averaged, weight) {
  return averaged.some(({ averagesLogarithms }) => averagesLogarithms)
    ? _("exponential average with weight {weight} (geometric on a logarithmic axis)", { weight })
    : _("exponential average with weight {weight}", { weight });
}

/**
 * The same where each curve is of another run, or of several of so many `seeds` each.
 *
 * @param {Curve[]} curves
 * @param {number[]} seeds
 * @param {string} average
 */
function legendOfRuns(curves, seeds, average) {
  const faint = curves.some(({ spec }) => spec.singles) ? _("Faint: each value or seed.") : "";
  if (!seeds.length) return joined(faint, boldOfRuns(average));
  const interval = kindOfInterval(Math.min(...seeds));
  return joined(faint, boldOfSeeds(average), _("Shaded: its {interval}.", { interval }));
}

/** @param {string} average */
const boldOfRuns = (average) =>
  average ? _("Bold: the {average}.", { average }) : _("Bold: the value.");

/** @param {string} average */
const boldOfSeeds = (average) =>
  average
    ? _(
        "Bold: the {average}; of several seeds their interquartile mean (of fewer than four the mean).",
        { average },
      )
    : _(
        "Bold: the value; of several seeds their interquartile mean (of fewer than four the mean).",
      );

/** @param {string[]} sentences */
const joined = (...sentences) => sentences.filter(Boolean).join(" ");
