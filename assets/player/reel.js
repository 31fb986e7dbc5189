// The film as the browser has it: its numbers, its pictures, and what can be said about them.

import { reach } from "../shared/distribution.js";

const PREFETCH = 8;

/** Pictures decoded when they are needed; never more than `capacity` are kept. */
class Bitmaps {
  /** @param {number} capacity */
  constructor(capacity) {
    this.capacity = capacity;
    /** @type {Map<number, ImageBitmap>} */
    this.ready = new Map(); // in order of last use
    /** @type {Map<number, Promise<void>>} */
    this.pending = new Map();
    this.closed = false;
  }

  /** @param {number} t */
  get(t) {
    const bitmap = this.ready.get(t);
    if (bitmap) {
      this.ready.delete(t);
      this.ready.set(t, bitmap);
    }
    return bitmap;
  }

  /**
   * @param {number} t
   * @param {Blob} blob
   */
  load(t, blob) {
    if (!this.ready.has(t) && !this.pending.has(t)) this.pending.set(t, this.decode(t, blob));
    return this.pending.get(t);
  }

  /**
   * @param {number} t
   * @param {Blob} blob
   */
  async decode(t, blob) {
    const bitmap = await createImageBitmap(blob).catch(() => null);
    this.pending.delete(t);
    if (!bitmap) return;
    if (this.closed) return bitmap.close();
    this.ready.set(t, bitmap);
    for (const [oldest, old] of this.ready) {
      if (this.ready.size <= this.capacity) break;
      this.ready.delete(oldest);
      old.close();
    }
  }

  close() {
    this.closed = true;
    for (const bitmap of this.ready.values()) bitmap.close();
    this.ready.clear();
  }
}

/**
 * Numbers in a row of a film, by what its header says.
 *
 * @param {Pick<Messages.FilmPart, "observation_labels" | "action_labels" | "atoms">} head
 */
export const rowLength = ({ observation_labels, action_labels, atoms }) =>
  2 + observation_labels.length + action_labels.length * (1 + 2 * atoms);

export class Reel {
  // what the header of a film says
  id = "";
  title = "";
  fps = 0;
  gamma = 1;
  kind = /** @type {Messages.FilmPart["kind"]} */ ("none");
  state = /** @type {Messages.FilmPart["state"]} */ ("recording");
  message = "";
  unseen = "";
  terminated = false;
  /** @type {string[]} */
  observation_labels = [];
  /** @type {string[]} */
  action_labels = [];
  atoms = 0; // points of the distribution of each action's return
  /** @type {[number | null, number | null][]} */
  observation_limits = [];
  /** @type {number[]} the components at whose limits the episode fails */
  failing = [];

  /**
   * @param {Messages.FilmPart} head
   * @param {number} capacity
   */
  constructor(head, capacity) {
    Object.assign(this, head, { state: "recording" });
    /** @type {Float64Array[]} */
    this.rows = [];
    this.returns = [0]; // returns[t]: what was received before moment t
    /** @type {Blob[]} */
    this.pictures = [];
    /** @type {string[]} */
    this.texts = []; // instead of pictures, where the environment draws with letters
    this.largestReward = 0; // without its sign
    this.lowestQ = 0;
    this.highestQ = 0;
    this.lowestReturn = 0; // of Q and of the distributions around it
    this.highestReturn = 0;
    /** @type {[lowest: number, highest: number][]} */
    this.seen = this.observation_labels.map(() => [Infinity, -Infinity]);
    this.isWhole = this.observation_labels.map(() => true); // such as the number of a state
    this.bitmaps = new Bitmaps(capacity);
  }

  get length() {
    return this.rows.length;
  }
  get last() {
    return this.rows.length - 1;
  }
  get recording() {
    return this.state === "recording";
  }

  /**
   * Takes what is new in a part of the film; a part that has a gap before it is asked for again.
   *
   * @param {Messages.FilmPart} head
   * @param {Bytes} bytes
   */
  append(head, bytes) {
    if (head.start > this.length) return;
    Object.assign(this, head);
    const width = rowLength(this);
    const numbers = new Float64Array(bytes.slice(0, head.count * width * 8).buffer);
    let offset = head.count * width * 8;
    for (let i = 0; i < head.count; i++) {
      const picture = bytes.subarray(offset, (offset += head.sizes[i] ?? 0));
      if (head.start + i < this.length) continue;
      this.addMoment(numbers.subarray(i * width, (i + 1) * width), picture);
    }
  }

  /**
   * @param {Float64Array} row
   * @param {Bytes} picture
   */
  addMoment(row, picture) {
    this.rows.push(row);
    const t = this.last;
    const reward = Number.isNaN(row[1]) ? 0 : row[1];
    this.returns[t + 1] = this.returns[t] + reward;
    this.largestReward = Math.max(this.largestReward, Math.abs(reward));
    for (const q of this.allowedQ(t)) {
      this.lowestQ = Math.min(this.lowestQ, q);
      this.highestQ = Math.max(this.highestQ, q);
    }
    const ends = this.atoms ? reach(this.distributions(t)) : [];
    this.lowestReturn = Math.min(this.lowestReturn, this.lowestQ, ...ends);
    this.highestReturn = Math.max(this.highestReturn, this.highestQ, ...ends);
    this.observation(t).forEach((x, i) => {
      this.seen[i] = [Math.min(this.seen[i][0], x), Math.max(this.seen[i][1], x)];
      this.isWhole[i] &&= Number.isInteger(x);
    });
    if (this.kind === "picture") this.pictures.push(new Blob([picture], { type: "image/png" }));
    if (this.kind === "text") this.texts.push(new TextDecoder().decode(picture));
  }

  /**
   * The action taken at moment t; undefined at the end of the episode.
   *
   * @param {number} t
   */
  action(t) {
    return Number.isNaN(this.rows[t][0]) ? undefined : this.rows[t][0];
  }
  /**
   * The reward that led to moment t.
   *
   * @param {number} t
   */
  reward(t) {
    return t ? this.rows[t - 1][1] : undefined;
  }
  /** @param {number} t */
  observation(t) {
    return this.rows[t].subarray(2, 2 + this.observation_labels.length);
  }
  /**
   * Q of each action; not a number where the action was not allowed.
   *
   * @param {number} t
   */
  q(t) {
    const start = 2 + this.observation_labels.length;
    return this.rows[t].subarray(start, start + this.action_labels.length);
  }

  /**
   * So many actions with the largest Q, and the one that is taken, in their order.
   *
   * @param {number} t
   * @param {number} count
   */
  largest(t, count) {
    const [q, taken] = [this.q(t), this.action(t)];
    const actions = this.action_labels.map((_, action) => action);
    if (actions.length === count) return actions;
    /** @param {number} a */
    const rank = (a) => (a === taken ? Infinity : Number.isNaN(q[a]) ? -Infinity : q[a]);
    const first = actions.sort((a, b) => rank(b) - rank(a) || a - b).slice(0, count);
    return first.sort((a, b) => a - b);
  }

  /** @param {number} t */
  allowedQ(t) {
    return Array.from(this.q(t)).filter((q) => !Number.isNaN(q));
  }

  /**
   * Of each action, the returns that it may bring, and how probable each is.
   *
   * @param {number} t
   * @returns {import("../shared/distribution.js").Distribution[]}
   */
  distributions(t) {
    const [actions, n] = [this.action_labels.length, this.atoms];
    const start = 2 + this.observation_labels.length + actions;
    /** @param {number} i */
    const part = (i) => this.rows[t].subarray(start + i * n, start + (i + 1) * n);
    return this.action_labels.map((_, action) => [part(action), part(actions + action)]);
  }

  /** @param {number} t */
  maxQ(t) {
    return Math.max(...this.allowedQ(t));
  }
  /**
   * By how much the best action's Q exceeds the second best's.
   *
   * @param {number} t
   */
  margin(t) {
    /** @param {number} t */
    const q = this.allowedQ(t).sort((a, b) => b - a);
    return q.length > 1 ? q[0] - q[1] : 0;
  }
  /**
   * @param {number} t
   * @param {number} action
   */
  isGreedy(t, action) {
    return this.q(t)[action] === this.maxQ(t);
  }

  /** The discounted sum of the rewards from each moment on, to the end of the film. */
  obtained() {
    const values = new Array(this.length).fill(0);
    for (let t = this.last - 1; t >= 0; t--) {
      values[t] = this.rows[t][1] + this.gamma * values[t + 1];
    }
    return values;
  }

  /**
   * What a reward just after the end of the film would weigh at moment t: 0 where none can come.
   *
   * @param {number} t
   */
  weightAfterEnd(t) {
    return this.terminated ? 0 : this.gamma ** (this.last - t);
  }

  /** Where the prediction, without its part for after the end, was furthest from what came. */
  largestGap() {
    const obtained = this.obtained();
    const afterEnd = this.terminated ? 0 : this.maxQ(this.last);
    /** @param {number} t */
    const predicted = (t) => this.maxQ(t) - this.weightAfterEnd(t) * afterEnd;
    return this.highest((t) => Math.abs(predicted(t) - obtained[t]));
  }

  /**
   * The component of the observation that is nearest to a limit at which the episode fails, and how
   * near, as a share of the limits' span. A component that starts out at a limit does not count: it says
   * nothing about failing. Undefined if none is left.
   *
   * @param {number} t
   */
  nearestLimit(t) {
    /** @type {{ component: number, distance: number } | undefined} */
    let nearest;
    this.observation_limits.forEach(([low, high], component) => {
      if (low === null || high === null || high <= low) return;
      if (!this.failing.includes(component)) return;
      /** @param {number} x */
      const distance = (x) => Math.min(x - low, high - x) / (high - low);
      if (distance(this.observation(0)[component]) < 0.02) return;
      const here = distance(this.observation(t)[component]);
      if (!nearest || here < nearest.distance) nearest = { component, distance: here };
    });
    return nearest;
  }

  /** Where the observation is nearest to a limit or, without limits, max Q is smallest. */
  nearestToFailure() {
    return this.highest((t) => {
      const limit = this.nearestLimit(t);
      return limit ? -limit.distance : -this.maxQ(t);
    });
  }

  /**
   * The moment before the last at which `measure` is highest.
   *
   * @param {(t: number) => number} measure
   */
  highest(measure) {
    let best = { t: 0, value: -Infinity };
    for (let t = 0; t < Math.max(this.last, 1); t++) {
      const value = measure(t);
      if (value > best.value) best = { t, value };
    }
    return best;
  }

  /**
   * Decodes the picture of moment t, and when it plays, those that come after it.
   *
   * @param {number} t
   * @param {number} stride
   */
  async prepare(t, stride) {
    const moments = [t];
    for (let i = 1; stride && i <= PREFETCH; i++) moments.push(Math.min(t + i * stride, this.last));
    const [first] = moments.map((moment) => this.bitmaps.load(moment, this.pictures[moment]));
    await first;
  }

  /** Frees the decoded pictures. */
  close() {
    this.bitmaps.close();
  }
}
