// The episode player: one or two films on one clock. Everything happens here in the browser; the
// server is asked only while a film is recorded, for what is new of it.

import { Mounted } from "../shared/component.js";
import { button, element, styleSheets, svg } from "../shared/dom.js";
import { unpacked } from "../shared/envelope.js";
import { Feed } from "../shared/feed.js";
import { onPaper } from "../shared/paper.js";
import { _ } from "../shared/words.js";
import { Reel, rowLength } from "./reel.js";
import { Strip } from "./strip.js";
import { FilmView } from "./view.js";

/** @import { Film } from "./reel.js" */

const BITMAPS = 48;
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

const styles = await styleSheets(new URL("player.css", import.meta.url));

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

class Player {
  start = { position: 0, time: 0 };
  frame = 0;
  lowestQ = 0;
  highestQ = 0;
  listeners = new AbortController();
  observer = new ResizeObserver(() => this.refreshStrips());
  readout = element("output", "readout");
  summary = element("p", "summary");
  /** @type {HTMLInputElement} */
  slider;
  /** @type {HTMLButtonElement} */
  playButton;
  /** @type {HTMLButtonElement} */
  loopButton;
  /** @type {HTMLButtonElement[]} */
  jumps = [];
  speedButtons = SPEEDS.map((speed) =>
    explained("speed", _("Speed {speed}×", { speed }), () => this.setSpeed(speed), `${speed}×`),
  );

  /** @param {Parent} parent */
  constructor(parent) {
    this.position = 0;
    this.shown = -1;
    this.speed = 1;
    this.loop = false;
    this.playing = false;
    /** @type {string | null} */
    this.view = null;
    this.period = 0;
    /** @type {Reel[]} */
    this.reels = [];
    /** @type {FilmView[]} */
    this.views = [];
    /** @type {Strip[]} */
    this.courses = [];
    this.films = element("div", "films");
    this.panels = element("div", "panels");
    this.strips = element("div", "strips");
    this.summary.setAttribute("aria-live", "polite");
    this.layout = element(
      "div",
      "layout",
      this.films,
      this.controls(),
      this.strips,
      this.summary,
      this.panels,
    );
    this.root = element("div", "player", this.layout);
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", _("Episode player"));
    this.listen();
    this.feed = new Feed({
      question: () => Object.fromEntries(this.reels.map((reel) => [reel.id, reel.length])),
      take: (bytes) => this.take(bytes),
    });
    parent.adoptedStyleSheets = styles;
    parent.append(this.root);
  }

  controls() {
    this.playButton = explained("play", _("Play"), () => this.toggle(), icon("play"));
    this.slider = element("input", "slider");
    Object.assign(this.slider, { type: "range", min: 0, max: 0, step: 1, value: 0 });
    this.slider.setAttribute("aria-label", _("Step of the episode"));
    this.slider.oninput = () => this.seek(Number(this.slider.value));
    const speeds = element("div", "speeds", ...this.speedButtons);
    speeds.setAttribute("role", "group");
    speeds.setAttribute("aria-label", _("Speed"));
    this.loopButton = explained(
      "loop",
      _("Play in a loop"),
      () => this.setLoop(!this.loop),
      icon("loop"),
    );
    this.jumps = [
      explained(
        "jump",
        _("Jump to the moment nearest to failure"),
        () => this.jump((reel) => reel.nearestToFailure()),
        icon("risk"),
        _("Nearest to failure"),
      ),
      explained(
        "jump",
        _(
          "Jump to the largest gap between predicted and obtained return, both up to the film's end",
        ),
        () => this.jump((reel) => reel.largestGap()),
        icon("gap"),
        _("Largest prediction gap"),
      ),
    ];
    this.setSpeed(1);
    this.setLoop(false);
    return element(
      "div",
      "controls",
      element("div", "line", this.playButton, this.slider, this.readout),
      element(
        "div",
        "line wrap",
        explained("step", _("One step back"), () => this.step(-1), icon("back")),
        explained("step", _("One step forward"), () => this.step(1), icon("forward")),
        speeds,
        this.loopButton,
        element("div", "jumps", ...this.jumps),
      ),
    );
  }

  listen() {
    const { signal } = this.listeners;
    let hovered = false;
    this.root.addEventListener(
      "pointerenter",
      () => {
        hovered = true;
      },
      { signal },
    );
    this.root.addEventListener(
      "pointerleave",
      () => {
        hovered = false;
      },
      { signal },
    );
    document.addEventListener(
      "keydown",
      (event) => {
        const inside = event.composedPath().includes(this.root);
        const elsewhere = document.activeElement !== document.body && !inside;
        if (inside || (hovered && !elsewhere)) this.key(event);
      },
      { signal },
    );
    // A hidden page gets no animation frames: its clock stands until it is seen again.
    document.addEventListener("visibilitychange", () => this.rebase(), { signal });
    this.films.addEventListener(
      "click",
      (event) => {
        if (
          event.composedPath().some((node) => node instanceof Element && node.className === "stage")
        )
          this.toggle();
      },
      { signal },
    );
    onPaper(() => this.refreshStrips(), signal);
    this.observer.observe(this.strips);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.composedPath()[0] instanceof HTMLButtonElement;
    const act = {
      " ": onButton ? undefined : () => this.toggle(),
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      Home: () => this.seek(0),
      End: () => this.seek(this.length - 1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  get length() {
    return Math.max(0, ...this.reels.map((reel) => reel.length));
  }
  /** Moments that pass in a second. */
  get rate() {
    return (this.reels[0]?.fps ?? 0) * this.speed;
  }
  get recording() {
    return this.reels.some((reel) => reel.recording);
  }

  // What comes from the server ------------------------------------------------------------------

  /**
   * The page was drawn: there may be other films than before.
   *
   * @param {Drawn<Followed & { view: string }>} component
   */
  render({ data: { address, period, view } }) {
    if (view === this.view) return; // only the theme has changed
    this.view = view;
    this.period = period;
    this.feed.follow(address, period);
  }

  /** @param {Bytes} bytes */
  take(bytes) {
    /** @type {{ header: { films: Film[] }, body: Bytes }} */
    const { header, body } = unpacked(bytes);
    const ids = header.films.map((head) => head.id);
    if (ids.join() !== this.reels.map((reel) => reel.id).join()) this.load(header.films);
    let offset = 0;
    header.films.forEach((head, i) => {
      const bytes = 8 * head.count * rowLength(head) + head.sizes.reduce((a, b) => a + b, 0);
      this.reels[i].append(head, body.subarray(offset, offset + bytes));
      offset += bytes;
    });
    this.refresh();
    this.feed.pace(this.recording ? this.period : 0);
  }

  /** @param {Film[]} heads */
  load(heads) {
    const gentle = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.reels.length) {
      // asked for from somewhere else on the page, perhaps far below
      this.root.scrollIntoView({ block: "nearest", behavior: gentle ? "auto" : "smooth" });
    }
    for (const reel of this.reels) reel.close();
    this.reels = heads.map((head) => new Reel(head, Math.floor(BITMAPS / heads.length)));
    this.views = this.reels.map((reel) => new FilmView(reel));
    this.courses = this.reels.map((reel) => new Strip(reel, (t) => this.seek(t)));
    this.films.replaceChildren(...this.views.map((view) => view.film));
    this.panels.replaceChildren(...this.views.map((view) => view.panel));
    this.layout.classList.toggle("two", heads.length > 1);
    this.strips.replaceChildren(...this.courses.map((course) => course.node));
    this.position = 0;
    this.summary.textContent = "";
    this.setPlaying(!gentle);
  }

  refresh() {
    this.lowestQ = Math.min(...this.reels.map((reel) => reel.lowestQ));
    this.highestQ = Math.max(...this.reels.map((reel) => reel.highestQ));
    const lowest = Math.min(...this.reels.map((reel) => reel.lowestReturn));
    const highest = Math.max(...this.reels.map((reel) => reel.highestReturn));
    for (const view of this.views) view.refresh(lowest, highest);
    this.slider.max = String(Math.max(0, this.length - 1));
    for (const jump of this.jumps) jump.disabled = this.recording || !this.length;
    this.refreshStrips();
    this.show();
  }

  refreshStrips() {
    for (const course of this.courses) {
      course.refresh(this.length, this.lowestQ, this.highestQ);
    }
  }

  // The clock -----------------------------------------------------------------------------------

  /** From here on the clock counts anew, so that nothing rounds up over an episode. */
  rebase() {
    this.start = { position: this.position, time: performance.now() };
  }

  /** @param {number} now */
  tick(now) {
    this.frame = requestAnimationFrame((time) => this.tick(time));
    const elapsed = Math.max(0, now - this.start.time) / 1000;
    this.position = this.start.position + elapsed * this.rate;
    const last = Math.max(this.length - 1, 0);
    if (this.position >= last && this.recording) {
      this.position = last;
      this.rebase();
    } else if (this.position >= last && !this.loop) {
      this.position = last;
      this.setPlaying(false);
    } else if (this.position >= last + 1) {
      this.position %= last + 1;
      this.rebase();
    }
    this.show();
  }

  /** @param {boolean} playing */
  setPlaying(playing) {
    this.playing = playing;
    cancelAnimationFrame(this.frame);
    this.rebase();
    if (playing) this.frame = requestAnimationFrame((now) => this.tick(now));
    else this.describe();
    const label = playing ? _("Pause") : _("Play");
    this.playButton.title = label;
    this.playButton.setAttribute("aria-label", label);
    this.playButton.replaceChildren(icon(playing ? "pause" : "play"));
    this.root.classList.toggle("playing", playing);
  }

  toggle() {
    const ended = this.position >= this.length - 1 && !this.recording;
    if (!this.playing && ended) this.position = 0;
    this.setPlaying(!this.playing);
    this.show();
  }

  /**
   * Moves to moment t; playing goes on from there.
   *
   * @param {number} t
   */
  seek(t) {
    this.position = Math.min(Math.max(t, 0), Math.max(this.length - 1, 0));
    this.rebase();
    this.show();
    if (!this.playing) this.describe();
  }

  /** @param {number} by */
  step(by) {
    if (this.playing) this.setPlaying(false);
    this.seek(Math.floor(this.position) + by);
  }

  /** @param {(reel: Reel) => { t: number, value: number }} find */
  jump(find) {
    const found = this.reels.map(find).reduce((a, b) => (b.value > a.value ? b : a));
    if (this.playing) this.setPlaying(false);
    this.seek(found.t);
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.rebase();
    this.speed = speed;
    this.speedButtons.forEach((node, i) =>
      node.setAttribute("aria-pressed", String(SPEEDS[i] === speed)),
    );
  }

  /** @param {boolean} loop */
  setLoop(loop) {
    this.loop = loop;
    this.loopButton.setAttribute("aria-pressed", String(loop));
  }

  // What is seen --------------------------------------------------------------------------------

  show() {
    const t = Math.floor(this.position);
    const stride = this.playing ? Math.max(1, Math.round(this.rate / 60)) : 0;
    for (const view of this.views) view.show(t, stride);
    for (const course of this.courses) course.show(t);
    const last = Math.max(this.length - 1, 0);
    this.slider.value = String(t);
    this.slider.style.setProperty("--done", `${last ? (100 * t) / last : 0}%`);
    this.slider.setAttribute("aria-valuetext", _("step {step} of {last}", { step: t, last }));
    this.readout.textContent = `${t} / ${last}${this.recording ? "…" : ""}`;
    if (this.playing) this.summary.textContent = "";
  }

  describe() {
    if (!this.length) return;
    const t = Math.floor(this.position);
    this.summary.textContent = this.views
      .map((view) => (view.reel.length ? view.summary(t) : ""))
      .filter(Boolean)
      .join(_(". "));
  }

  dispose() {
    cancelAnimationFrame(this.frame);
    this.feed.dispose();
    this.listeners.abort();
    this.observer.disconnect();
    for (const reel of this.reels) reel.close();
    this.root.remove();
  }
}

export default new Mounted(Player).render;
