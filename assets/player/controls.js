/** What plays a film: buttons, slider and readout. What they do is the player's. */

import { button, element, svg, withRole } from "../shared/dom.js";
import { _ } from "../shared/words.js";

/** @import { Reel } from "./reel.js" */

/**
 * @typedef {object} Acts
 * @property {() => void} toggle
 * @property {(t: number) => void} seek
 * @property {(by: number) => void} step
 * @property {(find: (reel: Reel) => { t: number, value: number }) => void} jump
 * @property {(speed: number) => void} setSpeed
 * @property {() => void} toggleLoop
 */

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4];

const ICONS = {
  play: "M8 5v14l11-7z",
  pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  back: "M6 5h2.5v14H6zM19 5v14L9.5 12z",
  forward: "M15.5 5H18v14h-2.5zM5 5v14l9.5-7z",
  loop: "M7 7h9V4l5 4.5-5 4.5v-3H9v3H7zM17 17H8v3l-5-4.5L8 11v3h7v-3h2z",
  risk: "M12 3 22 20H2zM11 9v5.5h2V9zM11 16.2v2h2v-2z",
  gap: "M3 6h18v2.5H3zM3 15.5h11V18H3zM16 10h2v7h2.5L17 21l-3.5-4H16z",
};

/** @param {keyof typeof ICONS} name */
function icon(name) {
  const path = svg("path", { d: ICONS[name], "fill-rule": "evenodd" });
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, path);
}

/**
 * A button that says to the mouse, too, what it does.
 *
 * @param {string} className
 * @param {string} label
 * @param {() => void} act
 * @param {(Node | string)[]} content
 */
const explained = (className, label, act, ...content) =>
  Object.assign(button(className, label, act, ...content), { title: label });

export class Controls {
  #readout = element("output", "readout");
  #slider;
  #play;
  #loop;
  #speeds;
  #jumps;

  /** @param {Acts} acts */
  constructor(acts) {
    this.#play = explained("play", _("Play"), acts.toggle, icon("play"));
    this.#slider = element("input", "slider");
    Object.assign(this.#slider, { type: "range", min: 0, max: 0, step: 1, value: 0 });
    this.#slider.setAttribute("aria-label", _("Step of the episode"));
    this.#slider.oninput = () => acts.seek(Number(this.#slider.value));
    this.#speeds = SPEEDS.map((speed) =>
      explained("speed", _("Speed {speed}×", { speed }), () => acts.setSpeed(speed), `${speed}×`),
    );
    const speeds = element("div", "speeds", ...this.#speeds);
    withRole(speeds, "group", _("Speed"));
    this.#loop = explained("loop", _("Play in a loop"), acts.toggleLoop, icon("loop"));
    this.#jumps = [
      explained(
        "jump",
        _("Jump to the moment nearest to failure"),
        () => acts.jump((reel) => reel.nearestToFailure()),
        icon("risk"),
        _("Nearest to failure"),
      ),
      explained(
        "jump",
        _(
          "Jump to the largest gap between predicted and obtained return, both up to the film's end",
        ),
        () => acts.jump((reel) => reel.largestGap()),
        icon("gap"),
        _("Largest prediction gap"),
      ),
    ];
    this.node = element(
      "div",
      "controls",
      element("div", "line", this.#play, this.#slider, this.#readout),
      element(
        "div",
        "line wrap",
        explained("step", _("One step back"), () => acts.step(-1), icon("back")),
        explained("step", _("One step forward"), () => acts.step(1), icon("forward")),
        speeds,
        this.#loop,
        element("div", "jumps", ...this.#jumps),
      ),
    );
  }

  /**
   * So many moments are there; more of them come while it is `recording`.
   *
   * @param {number} length
   * @param {boolean} recording
   */
  reach(length, recording) {
    this.#slider.max = String(Math.max(0, length - 1));
    for (const jump of this.#jumps) jump.disabled = recording || !length;
  }

  /**
   * @param {number} t
   * @param {number} last
   * @param {boolean} recording
   */
  showMoment(t, last, recording) {
    this.#slider.value = String(t);
    this.#slider.style.setProperty("--done", `${last ? (100 * t) / last : 0}%`);
    this.#slider.setAttribute("aria-valuetext", _("step {step} of {last}", { step: t, last }));
    this.#readout.textContent = `${t} / ${last}${recording ? "…" : ""}`;
  }

  /** @param {boolean} playing */
  showPlaying(playing) {
    const label = playing ? _("Pause") : _("Play");
    this.#play.title = label;
    this.#play.setAttribute("aria-label", label);
    this.#play.replaceChildren(icon(playing ? "pause" : "play"));
  }

  /** @param {number} speed */
  showSpeed(speed) {
    this.#speeds.forEach((node, i) =>
      node.setAttribute("aria-pressed", String(SPEEDS[i] === speed)),
    );
  }

  /** @param {boolean} loop */
  showLoop(loop) {
    this.#loop.setAttribute("aria-pressed", String(loop));
  }
}
