// The episode player: one or two films on one clock. Everything happens here in the browser; the
// server is asked only while a film is recorded, for what is new of it.

import { Mounted } from "../shared/component.js";
import { element, styleSheets, withRole } from "../shared/dom.js";
import { unpacked } from "../shared/envelope.js";
import { Feed } from "../shared/feed.js";
import { onPaper } from "../shared/paper.js";
import { _ } from "../shared/words.js";
import { Controls } from "./controls.js";
import { Reel, rowLength } from "./reel.js";
import { Strip } from "./strip.js";
import { FilmView } from "./view.js";

const BITMAPS = 48;

const styles = await styleSheets(
  new URL("../shared/stage.css", import.meta.url),
  new URL("player.css", import.meta.url),
);

class Player {
  start = { position: 0, time: 0 };
  frame = 0;
  lowestQ = 0;
  highestQ = 0;
  listeners = new AbortController();
  observer = new ResizeObserver(() => this.refreshStrips());
  summary = element("p", "summary");
  controls = new Controls({
    toggle: () => this.toggle(),
    seek: (t) => this.seek(t),
    step: (by) => this.step(by),
    jump: (find) => this.jump(find),
    setSpeed: (speed) => this.setSpeed(speed),
    toggleLoop: () => this.setLoop(!this.loop),
  });

  /** @param {Parent} parent */
  constructor(parent) {
    this.position = 0;
    this.speed = 1;
    this.loop = false;
    this.playing = false;
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
      this.controls.node,
      this.strips,
      this.summary,
      this.panels,
    );
    this.root = element("div", "player", this.layout);
    withRole(this.root, "group", _("Episode player"));
    this.setSpeed(1);
    this.setLoop(false);
    this.listen();
    this.feed = new Feed({
      question: () => Object.fromEntries(this.reels.map((reel) => [reel.id, reel.length])),
      take: (bytes) => this.take(bytes),
    });
    parent.adoptedStyleSheets = styles;
    parent.append(this.root);
  }

  listen() {
    const { signal } = this.listeners;
    const keydown = (/** @type {KeyboardEvent} */ event) => {
      const inside = event.composedPath().includes(this.root);
      const elsewhere = document.activeElement !== document.body;
      if (inside || (this.root.matches(":hover") && !elsewhere)) this.key(event);
    };
    document.addEventListener("keydown", keydown, { signal });
    // A hidden page gets no animation frames: its clock stands until it is seen again.
    document.addEventListener("visibilitychange", () => this.rebase(), { signal });
    this.films.onclick = ({ target }) => {
      if (target instanceof Element && target.closest(".stage")) this.toggle();
    };
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
   * @param {Drawn<Messages.Followed>} component
   */
  render({ data }) {
    this.period = data.period;
    this.feed.follow(data);
  }

  /** @param {Bytes} bytes */
  take(bytes) {
    /** @type {{ header: Messages.PlayerAnswer, body: Bytes }} */
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

  /** @param {Messages.FilmPart[]} heads */
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
    this.controls.reach(this.length, this.recording);
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
    this.controls.showPlaying(playing);
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
    this.controls.showSpeed(speed);
  }

  /** @param {boolean} loop */
  setLoop(loop) {
    this.loop = loop;
    this.controls.showLoop(loop);
  }

  // What is seen --------------------------------------------------------------------------------

  show() {
    const t = Math.floor(this.position);
    const stride = this.playing ? Math.max(1, Math.round(this.rate / 60)) : 0;
    for (const view of this.views) view.show(t, stride);
    for (const course of this.courses) course.show(t);
    this.controls.showMoment(t, Math.max(this.length - 1, 0), this.recording);
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
