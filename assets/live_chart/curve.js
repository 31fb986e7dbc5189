/** One quantity of a panel: its rows in the store, averaged per member, as lines to draw. */

import { Column } from "./store.js";
import {
  Average,
  Consensus,
  interpolate,
  interquartileMean,
  lowerBound,
  thin,
} from "./statistics.js";

/** @import { Columns, Line, Lines, Numbers, Points, Range, Seen } from "./types.d.ts" */

const NOTHING = { x: [], y: [] };
const POINTS = 2000;

/**
 * The value at the point nearest to `at`, a curve's reading under the pointer; none before it.
 *
 * @param {Numbers} x
 * @param {Numbers} y
 * @param {number} at
 */
function nearest(x, y, at) {
  if (at < x[0]) return NaN;
  const after = Math.min(lowerBound(x, at), x.length - 1);
  const row = after > 0 && at - x[after - 1] < x[after] - at ? after - 1 : after;
  return row < 0 ? NaN : y[row];
}

/**
 * Several members' lines as one, with a gap between two of them.
 *
 * @param {Line[]} lines
 */
function joined(lines) {
  const x = [];
  const y = [];
  for (const line of lines) {
    for (let i = 0; i < line.x.length; i++) {
      x.push(line.x[i]);
      y.push(line.y[i]);
    }
    x.push(null);
    y.push(null);
  }
  return { x, y };
}

/**
 * The outline of the area between two lines over the same x, one piece for each run of values.
 *
 * @param {Line} low
 * @param {Line} high
 */
function band(low, high) {
  const x = [];
  const y = [];
  for (let start = 0, end; start < low.x.length; start = end + 1) {
    for (end = start; Number.isFinite(low.y[end]); end++);
    if (end === start) continue;
    x.push(...low.x.slice(start, end), ...high.x.slice(start, end).reverse(), null);
    y.push(...low.y.slice(start, end), ...high.y.slice(start, end).reverse(), null);
  }
  return { x, y };
}

/**
 * On a logarithmic axis zero has no place: such values lie on the smallest positive one.
 *
 * @param {Lines} lines
 */
export function raised(lines) {
  const all = Object.fromEntries(
    Object.entries(lines).map(([name, { x, y }]) => {
      let floor = Infinity;
      for (const value of y) if (value !== null && value > 0 && value < floor) floor = value;
      const shown = Array.from(y, (value) => (value !== null && value <= 0 ? floor : value));
      return [name, { x, y: shown }];
    }),
  );
  return /** @type {Lines} */ (all);
}

export class Curve {
  #chart;
  #log;
  /** @type {Map<number | string, { average: Average, values: Column }>} */
  #averages = new Map();
  #consensus = new Consensus();
  #averaged = "";
  #agreed = "";

  /**
   * `chart` has the `store`, the `axis` and the `smoothing` that hold at the time.
   *
   * @param {Messages.Trace} spec
   * @param {Seen} chart
   */
  constructor(spec, chart, log = false) {
    this.spec = spec;
    this.#log = log;
    this.#chart = chart;
  }

  /**
   * Bring the statistics up to the store's rows. False when `deadline` (ms) came first.
   *
   * @param {number} deadline
   */
  update(deadline) {
    const { store, axis, smoothing } = this.#chart;
    const averaged = `${store.run} ${smoothing}`;
    const agreed = `${averaged} ${axis} ${store.stopped} ${this.#members.size}`;
    if (averaged !== this.#averaged) this.#averages.clear();
    if (agreed !== this.#agreed) this.#consensus = new Consensus();
    this.#averaged = averaged;
    this.#agreed = agreed;
    if (this.spec.kind === "average") this.#average();
    return !this.several || this.#consensus.extend(this.#lines(this.#counted), deadline);
  }

  /**
   * The average of a member, with the values that it has had so far.
   *
   * @param {number | string} id
   */
  #averageOf(id) {
    const found = this.#averages.get(id);
    if (found) return found;
    const { smoothing } = this.#chart;
    const made = { average: new Average(smoothing, this.#log), values: new Column() };
    this.#averages.set(id, made);
    return made;
  }

  #average() {
    for (const [id, columns] of this.#members) {
      const { average, values } = this.#averageOf(id);
      const raw = columns[this.spec.column].values;
      for (let row = values.length; row < raw.length; row++) values.push(average.next(raw[row]));
    }
  }

  /** Whether the bold line is a geometric average. */
  get averagesLogarithms() {
    return this.#log && this.spec.kind === "average";
  }

  /**
   * The columns of each seed, of whichever run it is a member.
   *
   * @returns {Map<number | string, Columns>}
   */
  get #members() {
    const { table, more } = this.spec;
    /** @param {string} name */
    const members = (name) => this.#ownOf(name);
    if (!more.length) return members(table);
    const ofAll = new Map();
    for (const name of [table, ...more]) {
      for (const [id, columns] of members(name)) ofAll.set(`${name} ${id}`, columns);
    }
    return ofAll;
  }

  /**
   * The members of a table that this curve is of.
   *
   * @param {string} name
   */
  #ownOf(name) {
    const { members } = this.#chart.store.table(name);
    const own = this.spec.members[name];
    return own ? new Map([...members].filter(([id]) => own.includes(id))) : members;
  }

  /** Those that statistics are of: where all have stopped, all. What is behind has only its own. */
  get #counted() {
    /** @type {(number | string)[]} */
    const stopped = this.spec.behind ? [] : this.#chart.store.stopped;
    const all = [...this.#members];
    const goingOn = all.filter(([id]) => !stopped.includes(id));
    return goingOn.length ? goingOn : all;
  }

  /** Whether there are several members; the bold line is then their interquartile mean. */
  get several() {
    return this.#members.size > 1;
  }

  /** Whether there is anything to draw. */
  get empty() {
    return this.#members.size === 0;
  }

  /** Largest x of any member. */
  get end() {
    return Math.max(0, ...this.#raw().map(({ x }) => x.at(-1) ?? 0));
  }

  #raw() {
    return [...this.#members.values()].map((columns) => ({
      x: columns[this.#chart.axis].values,
      y: columns[this.spec.column].values,
    }));
  }

  #lines(members = [...this.#members]) {
    const isAverage = this.spec.kind === "average";
    return members.map(([id, columns]) => ({
      x: columns[this.#chart.axis].values,
      y: isAverage ? this.#averageOf(id).values.values : columns[this.spec.column].values,
    }));
  }

  #bold() {
    if (this.several) return { x: this.#consensus.x.values, y: this.#consensus.mean.values };
    return this.#lines()[0] ?? NOTHING;
  }

  /**
   * What to draw inside `range`: a thin line in about one point a pixel, a bold one in half.
   *
   * @param {Range} range
   * @param {number} pixels
   */
  lines(range, pixels) {
    const limit = Math.min(POINTS, pixels);
    /** @param {Points} line */
    const cut = ({ x, y }, points = limit) => thin(x, y, range, points);
    const bold = cut(this.#bold(), limit / 2); // two pixels wide, which is slow to draw
    if (this.several && !this.spec.behind) {
      const { x, low, high } = this.#consensus;
      /** @param {Column} y */
      const whole = (y) => cut({ x: x.values, y: y.values }, Infinity);
      const points = Math.max(200, limit / this.#members.size);
      const seeds = () => joined(this.#lines().map((line) => cut(line, points)));
      const faint = this.spec.singles ? seeds() : NOTHING;
      return { band: band(whole(low), whole(high)), faint, bold };
    }
    const { kind, behind } = this.spec;
    const singles = this.spec.singles && kind === "average" && !behind && !this.empty;
    const faint = singles ? cut(this.#raw()[0]) : NOTHING;
    return { band: NOTHING, faint, bold };
  }

  /**
   * The bold line's value nearest to `at`.
   *
   * @param {number} at
   */
  at(at) {
    const { x, y } = this.#bold();
    return nearest(x, y, at);
  }

  /** How many members the statistics are of. */
  get seeds() {
    return this.#counted.length;
  }

  /** The newest value, what it was a tenth of the curve ago, and the interval of several. */
  summary() {
    const newest = this.#newest();
    if (!newest.length) return null;
    const { x, y } = this.#bold();
    const end = x[x.length - 1];
    return {
      value: interquartileMean(newest),
      before: x.length ? interpolate(x, y, end - (end - x[0]) / 10) : NaN,
      interval: this.several ? this.#consensus.interval(newest) : null,
      members: newest.length,
    };
  }

  /** Each member's newest value, sorted; their places may differ, as one ends fewer episodes. */
  #newest() {
    const values = this.#lines(this.#counted).map(({ y }) => y.findLast(Number.isFinite));
    return Float64Array.from(values.filter((value) => value !== undefined)).sort();
  }
}
