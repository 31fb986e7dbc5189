// One film on the page: its picture and, in step with it, the numbers beside it.

import { pieces } from "../shared/ansi.js";
import { Curve, showAll } from "../shared/distribution.js";
import { element, setText, withRole } from "../shared/dom.js";
import { decimals, fixed, percent } from "../shared/numbers.js";
import { drawPicture, suitTheme } from "../shared/picture.js";
import { _ } from "../shared/words.js";

/** @import { Reel } from "./reel.js" */

/** @typedef {"step" | "reward" | "total" | "predicted" | "obtained"} FactName */

const MOST_GAUGES = 8;
const MOST_ACTIONS = 20; // of more, those with the largest Q are shown
const TICK_ROOM = 0.4; // of a bar's width, that the number at its end takes at most

/** @param {number} share */
const place = (share) => `${(100 * Math.min(Math.max(share, 0), 1)).toFixed(2)}%`;

/**
 * Text with ANSI colour codes as styled spans.
 *
 * @param {string} text
 */
const styledText = (text) =>
  pieces(text).map(({ text, ink, ground, bold }) => {
    const span = element("span", "", text);
    if (ink) span.dataset.ink = ink;
    if (ground) span.dataset.ground = ground;
    if (bold) span.style.fontWeight = "bold";
    return span;
  });

export class FilmView {
  text = element("pre", "picture text");
  badge = element("div", "badge");
  choice = element("span", "choice");
  zero = element("span", "", "0");
  low = element("span", "low");
  high = element("span", "high");
  active = element("p", "active");
  cut = element("p", "cut");
  unseen = element("p", "unseen");
  drawn = -1;
  scale = { low: 0, span: 1 };
  digits = 0;
  rewardDigits = 0;
  facts = /** @type {Record<FactName, HTMLElement>} */ ({});
  /** @type {[low: number, high: number][]} */
  ranges = [];
  /** @type {number[]} */
  gaugeDigits = [];
  /** @type {number[] | undefined} the return that was obtained from each moment on */
  outcomes;
  wanted = -1;

  /** @param {Reel} reel */
  constructor(reel) {
    this.reel = reel;
    const name = reel.title || _("The environment");
    this.canvas = withRole(element("canvas", "picture"), "img", name);
    this.stage = element("div", "stage", this.canvas, this.text, this.badge);
    this.film = element("div", "film", this.stage);
    this.actions = reel.action_labels.slice(0, MOST_ACTIONS).map((label) => this.actionRow(label));
    const ticks = element("span", "ticks", this.low, this.zero, this.high);
    this.axis = element("div", "row axis", element("span"), ticks, element("span"));
    const labels = reel.observation_labels;
    this.gauges = labels.length <= MOST_GAUGES ? labels.map((label) => this.gaugeRow(label)) : [];
    const obtained = _("obtained (discounted, γ {gamma})", { gamma: reel.gamma });
    const outlook = element(
      "dl",
      "facts",
      this.fact("predicted", _("predicted (max Q)")),
      this.fact("obtained", obtained),
    );
    this.outlook = element("div", "outlook", outlook, this.cut);
    this.panel = element("div", "panel", ...this.sections());
    if (reel.title) {
      this.film.prepend(element("h3", "", reel.title));
      this.panel.prepend(element("h3", "", reel.title));
    }
  }

  /** What stands beside the picture, from top to bottom. */
  sections() {
    const more = this.reel.action_labels.length - this.actions.length;
    const title = this.reel.atoms
      ? _("Q of each action, and the returns around it")
      : _("Q of each action");
    return [
      this.unseen,
      element("div", "heading", element("h4", "", title), this.choice),
      element("div", "rows", ...this.actions.map((row) => row.node), this.axis),
      ...(more ? [element("p", "active", _("{count} more", { count: fixed(more, 0) }))] : []),
      element("div", "heading", element("h4", "", _("Observation"))),
      element("div", "rows", ...this.gauges.map((row) => row.node), this.active),
      element(
        "dl",
        "facts",
        this.fact("step", _("step")),
        this.fact("reward", _("reward")),
        this.fact("total", _("return so far")),
      ),
      this.outlook,
    ];
  }

  /** @param {string} label */
  actionRow(label) {
    const bar = element("span", "bar");
    const zero = element("span", "zero");
    const value = element("span", "value");
    const name = element("span", "name", label);
    const node = element("div", "row action", name, element("span", "track", bar, zero), value);
    const curve = this.reel.atoms ? new Curve() : null;
    if (curve) node.append(curve.node);
    return { node, bar, zero, value, name, curve };
  }

  /** @param {string} label */
  gaugeRow(label) {
    const dot = element("span", "dot");
    const track = element("span", "track gauge", dot);
    const value = element("span", "value");
    return {
      node: element("div", "row", element("span", "name", label), track, value),
      dot,
      track,
      value,
    };
  }

  /**
   * @param {FactName} name
   * @param {string} label
   */
  fact(name, label) {
    this.facts[name] = element("dd", "", "–");
    return element("div", "", element("dt", "", label), this.facts[name]);
  }

  /**
   * Takes over what the film has gained, and the scale of Q shared with the film beside it.
   *
   * @param {number} lowestQ
   * @param {number} highestQ
   */
  refresh(lowestQ, highestQ) {
    const { reel } = this;
    this.scale = { low: lowestQ, span: highestQ - lowestQ || 1 };
    this.digits = decimals(Math.max(-lowestQ, highestQ));
    const zero = (0 - lowestQ) / this.scale.span;
    for (const row of this.actions) row.zero.style.left = place(zero);
    setText(this.low, lowestQ < 0 ? fixed(lowestQ, this.digits) : "");
    setText(this.high, highestQ > 0 ? fixed(highestQ, this.digits) : "");
    this.zero.style.left = place(zero);
    const isNear = (lowestQ < 0 && zero < TICK_ROOM) || (highestQ > 0 && zero > 1 - TICK_ROOM);
    this.zero.hidden = isNear || (!lowestQ && !highestQ);
    this.ranges = reel.observation_limits.map(([low, high], i) => {
      const bounded = low !== null && high !== null && high > low;
      if (this.gauges[i]) {
        const { track } = this.gauges[i];
        track.classList.toggle("unbounded", !bounded);
        track.title = bounded
          ? _("{low} to {high}", { low, high })
          : _("without limits: the range seen so far");
      }
      return bounded ? [low, high] : reel.seen[i];
    });
    this.gaugeDigits = this.ranges.map(([low, high], i) =>
      reel.isWhole[i] ? 0 : Math.max(2, decimals(Math.max(Math.abs(low), Math.abs(high)))),
    );
    this.rewardDigits = reel.returns.every(Number.isInteger)
      ? 0
      : Math.max(2, decimals(reel.largestReward));
    this.outcomes = reel.recording ? undefined : reel.obtained();
    this.canvas.hidden = reel.kind === "text";
    if (this.drawn >= 0) suitTheme(this.canvas);
    this.text.hidden = reel.kind !== "text";
    this.film.hidden = reel.kind === "none" && !reel.recording;
    setText(this.unseen, reel.unseen ?? "");
    this.stage.classList.toggle("empty", !reel.length);
  }

  /**
   * Shows moment t; `stride` is by how many moments it will go on, 0 while it stands.
   *
   * @param {number} t
   * @param {number} stride
   */
  show(t, stride) {
    const { reel } = this;
    this.setBadge(t);
    if (!reel.length) return;
    const moment = Math.min(t, reel.last);
    this.wanted = moment;
    if (reel.kind === "picture") {
      this.canvas.hidden = !reel.pictures[moment].size; // from the first that could not be drawn on
      this.showPicture(moment, stride);
    } else if (reel.kind === "text" && this.drawn !== moment) {
      this.text.replaceChildren(...styledText(reel.texts[moment]));
      this.drawn = moment;
    }
    this.showActions(moment);
    this.showObservation(moment);
    this.showFacts(moment);
  }

  /** @param {number} t */
  setBadge(t) {
    const { reel } = this;
    let text = "";
    if (reel.state === "failed") text = reel.message;
    else if (!reel.length) text = _("Recording…");
    else if (t > reel.last)
      text = reel.recording ? _("Recording…") : _("ended at step {last}", { last: reel.last });
    else if (t === reel.last && !reel.recording) text = ending(reel);
    setText(this.badge, text);
  }

  /**
   * @param {number} moment
   * @param {number} stride
   */
  async showPicture(moment, stride) {
    const { reel } = this;
    reel.prepare(moment, stride).then(() => this.wanted === moment && this.draw(moment));
    this.draw(moment);
  }

  /** @param {number} moment */
  draw(moment) {
    if (this.drawn === moment) return;
    const bitmap = this.reel.bitmaps.get(moment);
    if (!bitmap) return;
    drawPicture(this.canvas, bitmap);
    if (this.drawn < 0) suitTheme(this.canvas);
    this.drawn = moment;
    this.canvas.dataset.drawn = `${moment}`;
  }

  /** @param {number} moment */
  showActions(moment) {
    const { reel, scale } = this;
    const q = reel.q(moment);
    const taken = reel.action(moment);
    const zero = (0 - scale.low) / scale.span;
    const shown = reel.largest(moment, this.actions.length);
    this.actions.forEach((row, i) => {
      const a = shown[i];
      setText(row.name, reel.action_labels[a]);
      const isAllowed = !Number.isNaN(q[a]);
      const end = isAllowed ? (q[a] - scale.low) / scale.span : zero;
      row.bar.style.left = place(Math.min(zero, end));
      row.bar.style.width = place(Math.abs(end - zero));
      row.node.classList.toggle("taken", a === taken);
      row.node.title = isAllowed ? "" : _("not allowed here");
      setText(row.value, isAllowed ? fixed(q[a], this.digits) : "–");
    });
    if (reel.atoms) {
      const curves = this.actions.flatMap((row) => row.curve ?? []);
      const distributions = reel.distributions(moment);
      const theirs = shown.map((a) => distributions[a]);
      showAll(curves, theirs, scale.low, scale.low + scale.span);
    }
    const greedy = taken === undefined || reel.isGreedy(moment, taken);
    this.choice.classList.toggle("exploring", !greedy);
    setText(this.choice, taken === undefined ? "" : chosen(reel.action_labels[taken], greedy));
  }

  /** @param {number} moment */
  showObservation(moment) {
    const { reel } = this;
    const observation = reel.observation(moment);
    this.gauges.forEach((row, i) => {
      const [low, high] = this.ranges[i];
      row.dot.style.left = place(high > low ? (observation[i] - low) / (high - low) : 0.5);
      setText(row.value, fixed(observation[i], this.gaugeDigits[i]));
    });
    if (this.gauges.length) return;
    // Too many to show each: those that are not zero, as in a one-hot observation.
    const active = reel.observation_labels.flatMap((label, i) =>
      observation[i] ? [`${label} = ${fixed(observation[i], this.gaugeDigits[i])}`] : [],
    );
    if (active.length > MOST_GAUGES) active.splice(MOST_GAUGES, Infinity, "…");
    setText(this.active, active.join(", "));
  }

  /** @param {number} moment */
  showFacts(moment) {
    const { reel, facts } = this;
    const reward = reel.reward(moment);
    setText(facts.step, `${moment}`);
    setText(facts.reward, reward === undefined ? "–" : fixed(reward, this.rewardDigits));
    setText(facts.total, fixed(reel.returns[moment], this.rewardDigits));
    this.outlook.hidden = !this.outcomes;
    if (!this.outcomes) return;
    // Nothing is to come after a terminal state, and nothing was learnt about it.
    const over = moment === reel.last && reel.terminated;
    setText(facts.predicted, over ? "–" : fixed(reel.maxQ(moment), this.digits));
    setText(facts.obtained, over ? "–" : fixed(this.outcomes[moment], this.digits));
    setText(this.cut, reel.terminated ? "" : this.notCounted(moment));
  }

  /**
   * What the discounted sum lacks where a time limit has cut the episode.
   *
   * @param {number} moment
   */
  notCounted(moment) {
    const { reel } = this;
    return _(
      "Rewards after the last step are not counted; seen from here their weight is at most {power} = {share}.",
      { power: `γ^${reel.last - moment}`, share: percent(reel.weightAfterEnd(moment)) },
    );
  }

  /**
   * The moment in words.
   *
   * @param {number} t
   */
  summary(t) {
    const { reel } = this;
    const moment = Math.min(t, reel.last);
    const words = [_("step {step} of {last}", { step: moment, last: reel.last })];
    const component = reel.nearestLimit(moment)?.component;
    if (component !== undefined && this.gauges[component]) {
      const value = fixed(reel.observation(moment)[component], this.gaugeDigits[component]);
      words.push(`${reel.observation_labels[component]} ${value}`);
    }
    const action = reel.action(moment);
    words.push(action === undefined ? _("the episode is over") : this.choosing(moment, action));
    const text = words.join(_(", "));
    return reel.title ? _("{title}: {says}", { title: reel.title, says: text }) : text;
  }

  /**
   * What is chosen, against the best of the others.
   *
   * @param {number} moment
   * @param {number} action
   */
  choosing(moment, action) {
    const { reel } = this;
    const q = Array.from(reel.q(moment));
    const others = q.filter((value, a) => a !== action && !Number.isNaN(value));
    const values = { action: reel.action_labels[action], q: fixed(q[action], this.digits) };
    if (!others.length) return _("chooses {action}: Q {q}", values);
    const other = fixed(Math.max(...others), this.digits);
    return _("chooses {action}: Q {q} against {other}", { ...values, other });
  }
}

/** @param {Reel} reel */
function ending({ terminated, last }) {
  return terminated
    ? _("terminated at step {last}", { last })
    : _("reached its time limit at step {last}", { last });
}

/**
 * @param {string} action
 * @param {boolean} isGreedy
 */
const chosen = (action, isGreedy) =>
  isGreedy ? _("takes {action}", { action }) : _("takes {action}, not greedy", { action });
