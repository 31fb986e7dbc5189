/** How the return of an action is distributed, as a curve over a scale of returns. */

import { svg } from "./dom.js";

const BINS = 48;
const WIDTH = 2; // bins over which a point's probability is spread: atoms lie about one bin apart

/**
 * Whether a return is probable enough to make room for; N equal ones each have 1 / N.
 *
 * @param {number} probability
 * @param {number} n
 */
const counts = (probability, n) => probability > 0.1 / n;

/**
 * The lowest and the highest return that some action may well bring.
 *
 * @typedef {number[] | Float32Array | Float64Array} Numbers
 * @typedef {[returns: Numbers, probabilities: Numbers]} Distribution
 * @param {Distribution[]} distributions
 * @returns {[low: number, high: number]}
 */
export function reach(distributions) {
  const probable = distributions.flatMap(([returns, probabilities]) =>
    Array.from(returns).filter((_, i) => counts(probabilities[i], returns.length)),
  );
  return [Math.min(...probable), Math.max(...probable)];
}

/**
 * The probability in each of `BINS` equal parts of `low` to `high`, what lies beyond left out.
 *
 * @param {Distribution} distribution
 * @param {number} low
 * @param {number} high
 * @returns {number[]}
 */
export function binned([returns, probabilities], low, high) {
  const bins = new Array(BINS).fill(0);
  const size = (high - low) / BINS || 1;
  returns.forEach((value, i) => {
    const start = (value - low) / size - WIDTH / 2;
    const [first, last] = [Math.max(0, Math.floor(start)), Math.min(BINS - 1, start + WIDTH)];
    for (let bin = first; bin <= last; bin++) {
      const overlap = Math.min(bin + 1, start + WIDTH) - Math.max(bin, start);
      bins[bin] += (probabilities[i] * Math.max(0, overlap)) / WIDTH;
    }
  });
  return bins;
}

/** A drawing of one distribution, as wide and high as its style says. */
export class Curve {
  #path = svg("path", {});
  node = svg(
    "svg",
    { class: "distribution", viewBox: `0 0 ${BINS} 1`, preserveAspectRatio: "none" },
    this.#path,
  );

  constructor() {
    this.node.setAttribute("aria-hidden", "true"); // its mean is told as Q
  }

  /**
   * Shows these bins; a bin with `most` is as high as the drawing.
   *
   * @param {number[]} bins
   * @param {number} most
   */
  show(bins, most) {
    const points = bins.map((share, bin) => `${bin + 0.5} ${(1 - share / (most || 1)).toFixed(3)}`);
    this.#path.setAttribute("d", `M0 1L${points.join("L")}L${BINS} 1Z`);
  }
}

/**
 * Shows a distribution in each curve, all over one scale and with one height.
 *
 * @param {Curve[]} curves
 * @param {Distribution[]} distributions
 * @param {number} low
 * @param {number} high
 */
export function showAll(curves, distributions, low, high) {
  const bins = distributions.map((distribution) => binned(distribution, low, high));
  const most = Math.max(...bins.flat());
  curves.forEach((curve, i) => curve.show(bins[i], most));
}
