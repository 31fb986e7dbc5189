// You against the agent: CartPole played in the browser with two keys, the agent's episode from
// the same start beside it on the same clock.

import { CartPole, pose, Replay } from "./duel_physics.js";
import { draw } from "./duel_view.js";
import { Lane } from "./lane.js";
import { Mounted } from "../shared/component.js";
import { button, element, setText, styleSheets, withRole } from "../shared/dom.js";
import { onPaper } from "../shared/paper.js";
import { _ } from "../shared/words.js";

const SPEEDS = [0.25, 0.5, 0.75, 1];
const COUNTDOWN = 3;
const COUNT_MS = 700;
const MOST_STEPS_BEHIND = 25; // after a hidden tab or a pause of the machine the clock is set anew
/** @type {Record<string, number>} */
const KEYS = { ArrowLeft: 0, ArrowRight: 1 };

const styles = await styleSheets(
  new URL("../shared/stage.css", import.meta.url),
  new URL("lanes.css", import.meta.url),
  new URL("duel.css", import.meta.url),
);

/**
 * What `dashboard/test_page/duel.py` sends: the world, its first state, and the agent's episode.
 *
 */

class Track extends Lane {
  note = element("div", "note");

  /** @param {string} name */
  constructor(name) {
    super(name);
    this.canvas.ariaLabel = _("Cart and pole: {name}", { name });
    this.stage.append(this.canvas, this.note);
  }
}

class Duel {
  /** @type {Messages.DuelData} */
  data;
  /** @type {CartPole} */
  game;
  /** @type {Replay} */
  replay;
  /** @type {number | null} */
  action = null;
  physicsKey = "";
  frame = 0;
  done = 0;
  clock = 0;
  countdown = 0;
  speed = 0.25; // at more, a beginner has lost before the first answer
  best = 0;
  phase = "ready"; // then "countdown", "waiting" for a first key, "playing", "over"
  you = new Track(_("You"));
  agent = new Track(_("The agent"));
  message = element("p", "message");
  record = element("p", "record");
  startButton = button("start", _("Start"), () => this.begin(), _("Start"));
  speedButtons = SPEEDS.map((speed) =>
    button("speed", _("Speed {speed}×", { speed }), () => this.setSpeed(speed), `${speed}×`),
  );
  directions = [this.direction(0, _("Push left"), "←"), this.direction(1, _("Push right"), "→")];
  listeners = new AbortController();
  observer = new ResizeObserver(() => this.show(0));

  /** @param {Parent} parent */
  constructor(parent) {
    this.message.setAttribute("aria-live", "polite");
    const speeds = element("div", "speeds", ...this.speedButtons);
    withRole(speeds, "group", _("Speed of the game"));
    this.root = element(
      "div",
      "duel",
      element("div", "lanes", this.you.node, this.agent.node),
      element("div", "line", this.startButton, speeds, this.record),
      element("div", "directions", ...this.directions),
      this.message,
    );
    withRole(this.root, "group", _("You against the agent"));
    // Before anybody else: while one plays, the arrow keys belong to the game.
    window.addEventListener("keydown", (event) => this.key(event), {
      capture: true,
      signal: this.listeners.signal,
    });
    onPaper(() => this.show(0), this.listeners.signal);
    this.observer.observe(this.root);
    this.setSpeed(this.speed);
    parent.adoptedStyleSheets = styles;
    parent.append(this.root);
  }

  /**
   * @param {number} action
   * @param {string} name
   * @param {string} arrow
   */
  direction(action, name, arrow) {
    const node = button("direction", name, null, arrow);
    node.onpointerdown = (event) => {
      event.preventDefault(); // no selection, no double-tap zoom
      this.push(action);
    };
    return node;
  }

  /** @param {Drawn<Messages.DuelData>} component */
  render({ data }) {
    if (data.id === this.data?.id) return this.show(0);
    const physics = JSON.stringify(data.physics);
    if (physics !== this.physicsKey) this.best = 0;
    this.physicsKey = physics;
    this.data = data;
    this.agent.name.textContent = data.title;
    this.reset();
  }

  /** Both at the start, nothing moves. */
  reset() {
    this.stopClock();
    this.phase = "ready";
    this.action = null;
    this.game = new CartPole(this.data.physics, this.data.state);
    this.replay = new Replay(this.data.agent);
    this.countdown = 0;
    this.say(
      _(
        "← and → push the cart. The last key that you pressed stays active, because CartPole has no action “do nothing”.",
      ),
    );
    this.label(_("Start"));
    this.show(0);
  }

  get active() {
    return ["countdown", "waiting", "playing"].includes(this.phase);
  }

  begin() {
    if (this.active) return this.reset();
    this.reset();
    this.phase = "countdown";
    this.countdown = COUNTDOWN;
    this.label(_("Stop"));
    this.say(_("Get ready: choose your first direction now."));
    this.count();
    this.root.scrollIntoView({ block: "nearest" });
  }

  count() {
    this.show(0);
    this.timer = setTimeout(() => {
      this.countdown -= 1;
      if (this.countdown) return this.count();
      if (this.action === null) {
        this.phase = "waiting";
        this.say(_("Press ← or → to begin."));
        this.show(0);
      } else this.play();
    }, COUNT_MS);
  }

  play() {
    this.phase = "playing";
    this.say("");
    this.done = 0;
    this.clock = performance.now();
    this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  /** @param {number} now */
  tick(now) {
    this.frame = requestAnimationFrame((time) => this.tick(time));
    const { tau } = this.data.physics;
    const moments = () => ((Math.max(0, now - this.clock) / 1000) * this.speed) / tau;
    if (moments() - this.done > MOST_STEPS_BEHIND) {
      this.clock = now - (this.done * tau * 1000) / this.speed;
    }
    while (this.done + 1 <= moments()) {
      if (!this.game.over) this.game.step(/** @type {number} */ (this.action));
      if (!this.replay.over) this.replay.step();
      this.done += 1;
    }
    if (this.game.over && this.phase === "playing") this.finish();
    if (this.game.over && this.replay.over) cancelAnimationFrame(this.frame);
    this.show(moments() - this.done);
  }

  /** The person's episode is over; the agent's goes on to its end. */
  finish() {
    this.phase = "over";
    const mine = this.game.steps;
    const theirs = this.data.agent.total;
    this.say(verdict(mine, theirs));
    this.best = Math.max(this.best, mine);
    this.label(_("Retry"));
  }

  /** @param {number} action */
  push(action) {
    if (!this.active) return;
    this.action = action;
    if (this.phase === "waiting") this.play();
    else if (this.phase === "countdown") this.show(0);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.active || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = KEYS[event.key];
    if (action === undefined && event.key !== "Escape") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key === "Escape") this.reset();
    else if (!event.repeat) this.push(action); // a held key must not override one pressed later
  }

  /** @param {number} speed */
  setSpeed(speed) {
    if (this.phase === "playing" || this.phase === "over") {
      this.clock = performance.now() - (this.done * this.data.physics.tau * 1000) / speed;
    }
    this.speed = speed;
    this.speedButtons.forEach((node, i) =>
      node.setAttribute("aria-pressed", String(SPEEDS[i] === speed)),
    );
  }

  /** @param {string} text */
  label(text) {
    this.startButton.textContent = text;
    this.startButton.setAttribute("aria-label", text);
  }

  /** @param {string} text */
  say(text) {
    setText(this.message, text);
  }

  /** @param {number} share */
  show(share) {
    if (!this.data) return;
    const { physics } = this.data;
    const force = this.action === null ? 0 : 2 * this.action - 1;
    const { game, replay } = this;
    draw(this.you.canvas, physics, pose(game, game.over ? 0 : share), {
      force: game.over ? 0 : force,
      over: game.over,
    });
    draw(this.agent.canvas, physics, replay.pose(replay.over ? 0 : share), {
      force: 0,
      over: replay.over,
    });
    this.you.score.textContent = String(game.steps);
    this.agent.score.textContent = String(replay.steps);
    this.you.note.textContent = this.phase === "countdown" ? String(this.countdown) : ending(game);
    this.you.note.classList.toggle("count", this.phase === "countdown");
    this.agent.note.textContent = ending(replay);
    this.record.textContent = this.best ? _("Your best so far: {steps}", { steps: this.best }) : "";
    this.directions.forEach((node, i) =>
      node.setAttribute("aria-pressed", String(this.action === i)),
    );
  }

  stopClock() {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
  }

  dispose() {
    this.stopClock();
    this.listeners.abort();
    this.observer.disconnect();
    this.root.remove();
  }
}

/**
 * @param {number} mine
 * @param {number} theirs
 */
function verdict(mine, theirs) {
  const values = { mine, theirs };
  if (mine > theirs) return _("You {mine}, the agent {theirs}. You win.", values);
  if (mine === theirs) return _("You {mine}, the agent {theirs}. A draw.", values);
  return _("You {mine}, the agent {theirs}.", values);
}

/** @param {CartPole | Replay} player */
function ending(player) {
  if (!player.over) return "";
  return player.terminated
    ? _("over at step {step}", { step: player.steps })
    : _("reached the time limit");
}

export default new Mounted(Duel).render;
