/**
 * The live chart: panels over one x axis, made once and then extended with the rows that are new,
 * which it asks for by itself.
 *
 * `render` is called when the page is drawn and with each change of theme. All state of a chart
 * hangs on the element Streamlit gives us, and goes with it.
 */

import { Feed } from "../shared/feed.js";
import { Panel } from "./panel.js";
import { decode, Store } from "./store.js";
import { readTheme } from "./theme.js";
import { legendOfLines } from "./words.js";
import { Mounted } from "../shared/component.js";
import { element, eventually, styleLink } from "../shared/dom.js";
import { messenger, seldom } from "../shared/messages.js";
import { number } from "../shared/numbers.js";
import { asOnPaper, onPaper } from "../shared/paper.js";
import { _, phrase } from "../shared/words.js";

/** @import { Axis, Change, Range, Theme } from "./types.d.ts" */

/** @type {Record<Axis, string>} */
const PLACES = {
  env_step: phrase("step {place}"),
  episode: phrase("episode {place}"),
  seconds: phrase("second {place}"),
};
// milliseconds of a frame that are spent on drawing; what is left is drawn in the next
const SLICE = 12;
const NEAR = 0.01;
// Until the first row is here it is asked for so many times as often, and at most so many times.
const EAGER = 5;
const MOST_EAGER = 20;

/** @param {string} file */
const beside = (file) => new URL(file, import.meta.url).href;

/** @type {Promise<any> | undefined} */
let loaded;
/** Plotly.js, loaded once a page; it only comes as a classic script. */
function plotly() {
  const load = () =>
    new Promise((resolve, reject) => {
      const script = element("script");
      script.src = beside("../vendor/plotly.min.js");
      script.onload = () => resolve(/** @type {any} */ (window).Plotly);
      script.onerror = reject;
      document.head.append(script);
    });
  return (loaded ??= eventually(load));
}

export class Chart {
  store = new Store();
  /** @type {Map<string, Panel>} */
  panels = new Map();
  /** @type {Axis} */
  axis = "env_step";
  smoothing = 0;
  /** @type {number | null} */
  hovered = null;
  /** @type {any} */
  Plotly = null;
  #root = element("section", "live-chart");
  #panelGrid = element("div", "live-chart-panels");
  #caption = element("p", "live-chart-caption");
  #note = element("p", "live-chart-note");
  #followButton = element("button", "live-chart-follow", _("Follow newest"));
  /** @type {Range | null} */
  #zoomed = null;
  /** @type {string | null} */
  #spec = null;
  #columns = "";
  #frame = 0;
  /** @type {((beside: Messages.FiguresShown | null) => void) | null} */
  #takeBeside;
  #feed;
  /** @type {Messages.ChartData & { redraw: (state: string) => void, fork: (x: number) => void }} */
  #page;
  #held = false;
  #eagerly = 0;
  #sizes;
  #views;
  #disposed = new AbortController();

  /**
   * `takeBeside(value)` gets what an answer brings for what stands beside the charts.
   * @param {HTMLElement | ShadowRoot} parent
   * @param {((beside: Messages.FiguresShown | null) => void) | null} takeBeside
   */
  constructor(parent, takeBeside = null) {
    this.#takeBeside = takeBeside;
    const style = styleLink(beside("chart.css"));
    this.#followButton.type = "button";
    this.#followButton.title = _("Leaves the zoom, like a double click");
    this.#followButton.hidden = true;
    this.#followButton.onclick = () => this.follow();
    this.#root.append(this.#caption, this.#panelGrid, this.#note);
    parent.append(style, this.#root);
    this.#feed = new Feed({
      question: () => this.#question(),
      take: (bytes) => this.#receive(bytes),
      lost: () => this.#page.redraw("lost"),
    });
    this.theme = readTheme(this.#root);

    this.#sizes = new ResizeObserver(() => {
      if (!this.#root.isConnected) return; // off the page it has neither a size nor colours
      this.retheme(); // letters may grow with the page
      this.#outdate();
    });
    this.#sizes.observe(this.#root);
    this.#views = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        for (const panel of this.panels.values()) {
          if (panel.node === entry.target) panel.visible = entry.isIntersecting;
        }
      }
      this.schedule();
    });
    const release = () => {
      this.#held = false;
      this.schedule();
    };
    for (const event of ["pointerup", "pointercancel"]) {
      window.addEventListener(event, release, { signal: this.#disposed.signal, capture: true });
    }
    onPaper(() => this.#redraw(), this.#disposed.signal);
    const library = plotly(); // now: it is large, and comes while the rest is made ready
    style.onload = async () => {
      this.Plotly = await library;
      this.schedule();
    };
  }

  /**
   * The page was drawn with this view of the curves; it is drawn anew where another state comes.
   *
   * @param {Drawn<Messages.ChartData>} component
   */
  render({ data: page, parentElement, setTriggerValue }) {
    this.retheme();
    if (page.view === this.#page?.view) return; // only the theme has changed
    const send = messenger(parentElement, setTriggerValue);
    this.#page = {
      ...page,
      redraw: seldom((state) => send("redraw", state)),
      fork: (/** @type {number} */ x) =>
        send("fork", /** @satisfies {Messages.ForkAsked} */ ({ axis: this.axis, x })),
    };
    this.#root.toggleAttribute("data-forks", page.forks);
    if (page.spec.id !== this.#spec) this.#configure(page.spec);
    if (page.spec.columns !== this.#columns) {
      this.#columns = page.spec.columns;
      this.store.clear();
    }
    if (page.axis !== this.axis) this.#zoomed = this.hovered = null;
    this.axis = page.axis;
    this.smoothing = page.smoothing;
    this.#caption.textContent = page.words.caption;
    this.#outdate();
    this.#feed.follow(page);
  }

  /** What is here: the server sends the rest. */
  #question() {
    return { columns: this.#columns, run: this.store.run ?? "", ...this.store.rows };
  }

  /** @param {Bytes} bytes */
  #receive(bytes) {
    const news = decode(bytes);
    if (news.columns !== this.#columns) return; // of panels that are on their way, or were here before
    if (this.store.apply(news)) this.follow();
    this.#takeBeside?.(news.beside);
    for (const [key, panel] of this.panels) panel.remark(news.remarks[key] ?? "");
    this.#outdate();
    this.#pace();
    if (news.state !== this.#page.drawn) this.#page.redraw(news.state);
  }

  /** A run that has just begun is looked at more often until there is something to see. */
  #pace() {
    const { period } = this.#page;
    this.#eagerly = this.#end > 0 ? 0 : this.#eagerly + 1;
    const isEager = this.#eagerly > 0 && this.#eagerly <= MOST_EAGER;
    this.#feed.pace(isEager ? period / EAGER : period);
  }

  /** @param {Messages.ChartData["spec"]} spec */
  #configure(spec) {
    this.#spec = spec.id;
    const keys = spec.panels.map(({ key }) => key);
    for (const [key, panel] of this.panels) {
      if (keys.includes(key)) continue;
      panel.dispose();
      this.panels.delete(key);
    }
    spec.panels.forEach((panelSpec, index) => {
      const panel = this.panels.get(panelSpec.key) ?? this.#newPanel(panelSpec.key);
      panel.configure(panelSpec, index === 0 ? Math.round(1.35 * spec.height) : spec.height);
      this.#panelGrid.append(panel.node);
      if (index === 0) panel.tools.prepend(this.#followButton);
    });
  }

  /** @param {string} key */
  #newPanel(key) {
    const panel = new Panel(this, this.#panelGrid);
    this.panels.set(key, panel);
    this.#views.observe(panel.node);
    return panel;
  }

  /**
   * What `draw(theme)` makes of the chart as it would be on paper.
   *
   * @template T
   * @param {(theme: Theme) => T} draw
   */
  asOnPaper(draw) {
    const { theme } = this;
    this.theme = asOnPaper(() => readTheme(this.#root));
    try {
      return draw(this.theme);
    } finally {
      this.theme = theme;
    }
  }

  /** What is said with a picture: `caption` and `filename`. */
  get words() {
    return this.#page.words;
  }

  /**
   * Go on from the state of the run at `x`.
   *
   * @param {number} x
   */
  fork(x) {
    this.#page.fork(x);
  }

  /** Follow the page's theme. */
  retheme() {
    const theme = readTheme(this.#root);
    if (theme.signature === this.theme.signature) return;
    this.theme = theme;
    for (const panel of this.panels.values()) panel.recolour();
    this.schedule();
  }

  /** Where the curves end, and what is whole behind them; before there are any, all behind them. */
  get #end() {
    const panels = [...this.panels.values()];
    const started = panels.some((panel) => panel.end > 0);
    return Math.max(0, ...panels.map((panel) => Math.max(panel.end, panel.endBehind(started))));
  }

  /** The x range shown: the user's, or all there is. */
  get range() {
    return this.#zoomed ?? this.#from0To(this.#end);
  }

  /** The same, with the whole of what is behind the curves. */
  get wholeRange() {
    const ends = [...this.panels.values()].map((panel) => panel.endBehind(false));
    return this.#zoomed ?? this.#from0To(Math.max(this.#end, ...ends));
  }

  /**
   * A range that grows in steps of a few per cent.
   *
   * @param {number} end
   * @returns {Range}
   */
  #from0To(end) {
    end ||= this.axis === "seconds" ? 10 : 100;
    const step = 2 ** (Math.floor(Math.log2(end)) - 4);
    return [0, Math.ceil(end / step) * step];
  }

  /** @param {Range} range */
  zoom(range) {
    this.#zoomed = [...range];
    this.#outdate();
  }

  /** Show everything and go on with the newest data. */
  follow() {
    this.#zoomed = null;
    for (const panel of this.panels.values()) panel.followY();
    this.#outdate();
  }

  /** Draw nothing while a pointer is down: a drag would lose its chart. */
  hold() {
    this.#held = true;
  }

  /** @param {number | null} x */
  hover(x) {
    this.hovered = x;
    for (const panel of this.panels.values()) panel.showReading();
  }

  /**
   * The hyperparameter changes inside `range`, with x on the chosen axis.
   *
   * @param {Range} range
   */
  changes(range) {
    const members = [...this.store.table("changes").members.values()];
    const all = members.flatMap((columns) =>
      columns.label.map((label, row) => ({ label, x: columns[this.axis].values[row] })),
    );
    // a change of all members is one rule
    const seen = new Set();
    return all.filter(({ x, label }) => {
      const text = `${x} ${label}`;
      return x >= range[0] && x <= range[1] && !seen.has(text) && seen.add(text);
    });
  }

  /**
   * What stands at the pointer's rule: the place, and a change close by.
   *
   * @param {number} x
   */
  readingLabel(x) {
    const margin = NEAR * (this.range[1] - this.range[0]);
    const near = this.changes([x - margin, x + margin]).map(({ label }) => label);
    const place = this.axis === "seconds" ? number(x) : Math.round(x).toLocaleString("en");
    return [_(PLACES[this.axis], { place }), ...near].join(" · ");
  }

  #outdate() {
    for (const panel of this.panels.values()) panel.stale = true;
    this.#followButton.hidden = !this.#zoomed;
    this.schedule();
  }

  schedule() {
    if (this.Plotly) this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** Draw what is stale and in sight, over as many frames as it takes. */
  #draw() {
    this.#frame = 0;
    if (this.#held || !this.#root.clientWidth) return;
    const deadline = performance.now() + SLICE;
    for (const panel of this.panels.values()) {
      if (!panel.stale || !panel.visible) continue;
      if (performance.now() > deadline || !panel.update(deadline)) return this.schedule();
      panel.draw();
    }
    this.#sayWhatLinesMean();
  }

  /** Draw everything at once, in sight or not: it is about to be printed, or was. */
  #redraw() {
    if (!this.Plotly) return;
    this.retheme();
    for (const panel of this.panels.values()) {
      panel.update(Infinity);
      panel.draw();
    }
    this.#sayWhatLinesMean();
  }

  #sayWhatLinesMean() {
    const curves = [...this.panels.values()].flatMap((panel) => panel.foremost);
    this.#note.textContent = legendOfLines(curves, this.smoothing);
  }

  dispose() {
    this.#disposed.abort();
    this.#sizes.disconnect();
    this.#views.disconnect();
    this.#feed.dispose();
    cancelAnimationFrame(this.#frame);
    for (const panel of this.panels.values()) panel.dispose();
    this.#root.remove();
  }
}

/** The chart of each element that has one. */
export const charts = new Mounted(Chart);

export default charts.render;
