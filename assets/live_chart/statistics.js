/** Statistics of curves: averages, thinning for the screen, and what several members agree on. */

import { Column } from "./store.js";

/** @import { Numbers, Points, Range } from "./types.d.ts" */

/**
 * First index of the sorted array `x` whose value is at least `value`.
 *
 * @param {ArrayLike<number>} x
 * @param {number} value
 */
export function lowerBound(x, value) {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Debiased exponential average m ← w·m + (1 − w)·x, shown m / (1 − wᵗ), of the finite values.
 *
 * With `log` it is that of the logarithms of what is positive, the geometric one: on a logarithmic
 * axis the other would hang above a curve that falls for as long as its largest values count.
 */
export class Average {
  #mean = 0;
  #decay = 1;
  #log;

  /** @param {number} weight */
  constructor(weight, log = false) {
    this.weight = weight;
    this.#log = log;
  }

  /**
   * The average after one more value; not a number where the value is none.
   *
   * @param {number} value
   */
  next(value) {
    const x = this.#log ? Math.log(value) : value;
    if (!Number.isFinite(x)) return NaN;
    this.#mean = this.weight * this.#mean + (1 - this.weight) * x;
    this.#decay *= this.weight;
    const average = this.#mean / (1 - this.#decay);
    return this.#log ? Math.exp(average) : average;
  }
}

/**
 * The part of a curve inside `range`, and one point beyond on either side, in about `limit`
 * points: the smallest and the largest value of each bucket of x. The buckets' width is a power of
 * two and their edges are multiples of it, so that a growing curve keeps the points it has shown.
 *
 * @param {Numbers} x
 * @param {Numbers} y
 * @param {Range} range
 * @param {number} limit
 */
export function thin(x, y, range, limit) {
  const first = Math.max(0, lowerBound(x, range[0]) - 1);
  let last = lowerBound(x, range[1]);
  while (last < x.length && x[last] === range[1]) last++;
  last = Math.min(x.length, last + 1);
  if (last - first <= limit) return { x: x.slice(first, last), y: y.slice(first, last) };

  const width = 2 ** Math.ceil(Math.log2((2 * (range[1] - range[0])) / limit));
  /** @type {{ x: number[], y: number[] }} */
  const kept = { x: [], y: [] };
  /** @param {number} row */
  const keep = (row) => {
    kept.x.push(x[row]);
    kept.y.push(y[row]);
  };
  let row = first;
  while (row < last) {
    const edge = (Math.floor(x[row] / width) + 1) * width;
    let lowest = -1;
    let highest = -1;
    const start = row;
    for (; row < last && x[row] < edge; row++) {
      if (!Number.isFinite(y[row])) continue;
      if (lowest < 0 || y[row] < y[lowest]) lowest = row;
      if (highest < 0 || y[row] > y[highest]) highest = row;
    }
    if (lowest < 0) keep(start);
    else {
      keep(Math.min(lowest, highest));
      if (lowest !== highest) keep(Math.max(lowest, highest));
    }
  }
  return kept;
}

/**
 * Mean of the middle half: a quarter of the sorted values, rounded down, is cut at either end.
 *
 * @param {ArrayLike<number>} sorted
 */
export function interquartileMean(sorted) {
  const cut = Math.floor(sorted.length / 4);
  let sum = 0;
  for (let i = cut; i < sorted.length - cut; i++) sum += sorted[i];
  return sum / (sorted.length - 2 * cut);
}

/**
 * mulberry32: a small seeded generator of numbers in [0, 1).
 *
 * @param {number} seed
 */
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Linear interpolation between order statistics, as NumPy's default.
 *
 * @param {ArrayLike<number>} sorted
 * @param {number} probability
 */
function quantile(sorted, probability) {
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/**
 * Percentile bootstrap of the interquartile mean over `size` members.
 *
 * The interquartile mean of a resample is a weighted sum of the sorted values, with weights that
 * depend on the resample alone. They are drawn once; an interval is then one matrix product.
 */
export class Bootstrap {
  #weights;
  #means;

  /** @param {number} size */
  constructor(size, resamples = 1000, seed = 1) {
    this.size = size;
    this.#means = new Float64Array(resamples);
    this.#weights = new Float64Array(resamples * size);
    const random = generator(seed);
    const cut = Math.floor(size / 4);
    const drawn = new Float64Array(size);
    for (let sample = 0; sample < resamples; sample++) {
      for (let i = 0; i < size; i++) drawn[i] = Math.floor(random() * size);
      drawn.sort();
      for (let i = cut; i < size - cut; i++) {
        this.#weights[sample * size + drawn[i]] += 1 / (size - 2 * cut);
      }
    }
  }

  /**
   * The 95 % interval [low, high] of the interquartile mean of sorted values.
   *
   * @param {ArrayLike<number>} sorted
   * @returns {Range}
   */
  interval(sorted) {
    const { size } = this;
    for (let sample = 0; sample < this.#means.length; sample++) {
      let mean = 0;
      for (let i = 0; i < size; i++) mean += this.#weights[sample * size + i] * sorted[i];
      this.#means[sample] = mean;
    }
    this.#means.sort();
    return [quantile(this.#means, 0.025), quantile(this.#means, 0.975)];
  }
}

/**
 * Value at `at` of a curve, linear between its points; not a number outside of it.
 *
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 * @param {number} at
 */
export function interpolate(x, y, at) {
  const after = lowerBound(x, at);
  if (after === x.length) return NaN;
  if (x[after] === at) return y[after];
  if (after === 0) return NaN;
  const share = (at - x[after - 1]) / (x[after] - x[after - 1]);
  return y[after - 1] + share * (y[after] - y[after - 1]);
}

const GRID_POINTS = 400;

/**
 * Interquartile mean over members along x with its interval, on a regular grid.
 *
 * A grid point is computed once, when the slowest member has passed it. When the grid grows too
 * long, its spacing doubles and every second point goes; those that stay are not computed again.
 */
export class Consensus {
  #spacing = 0;
  /** @type {Map<number, Bootstrap>} */
  #bootstraps = new Map();
  x = new Column();
  mean = new Column();
  low = new Column();
  high = new Column();

  /**
   * Go on to the members' common end, or until `deadline` (ms). True when the end is reached.
   *
   * @param {Points[]} members
   */
  extend(members, deadline = Infinity) {
    const ends = members.map(({ x }) => x.at(-1) ?? 0);
    const end = ends.length ? Math.min(...ends) : 0;
    if (!(end > 0)) return true;
    this.#spacing ||= 2 ** Math.ceil(Math.log2((2 * end) / GRID_POINTS));
    while (end / this.#spacing > GRID_POINTS) this.#coarsen();
    for (let at = (this.x.length + 1) * this.#spacing; at <= end; at += this.#spacing) {
      if (performance.now() > deadline) return false;
      this.#add(at, members);
    }
    return true;
  }

  /**
   * @param {number} at
   * @param {Points[]} members
   */
  #add(at, members) {
    const values = Float64Array.from(members, ({ x, y }) => interpolate(x, y, at));
    const sorted = values.filter(Number.isFinite).sort();
    const some = sorted.length > 0;
    const [low, high] = some ? this.interval(sorted) : [NaN, NaN];
    this.x.push(at);
    this.mean.push(some ? interquartileMean(sorted) : NaN);
    this.low.push(low);
    this.high.push(high);
  }

  /**
   * The interval of the interquartile mean of sorted values.
   *
   * @param {ArrayLike<number>} sorted
   */
  interval(sorted) {
    const size = sorted.length;
    const bootstrap = this.#bootstraps.get(size) ?? new Bootstrap(size);
    this.#bootstraps.set(size, bootstrap);
    return bootstrap.interval(sorted);
  }

  #coarsen() {
    this.#spacing *= 2;
    for (const name of /** @type {const} */ (["x", "mean", "low", "high"])) {
      const column = new Column();
      this[name].values.forEach((value, index) => index % 2 && column.push(value));
      this[name] = column;
    }
  }
}
