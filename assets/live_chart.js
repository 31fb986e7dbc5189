/**
 * The live chart: panels over one x axis, made once and then extended with the rows that are new,
 * which it asks for by itself.
 *
 * `render` is called when the page is drawn and with each change of theme. All state of a chart
 * hangs on the element Streamlit gives us, and goes with it.
 */

import { Feed } from "./feed.js";
import { Figures } from "./figures.js";
import "./keys.js";
import { Panel } from "./live_chart_panel.js";
import { decode, Store } from "./live_chart_store.js";
import { readable } from "./live_chart_words.js";
import { messenger, seldom } from "./messages.js";

const HUES = ["#0077bb", "#ee7733", "#009988", "#cc3311", "#33bbee", "#ee3377"];
const UNITS = { env_step: "step", episode: "episode", seconds: "second" };
// milliseconds of a frame that are spent on drawing; what is left is drawn in the next
const SLICE = 12;
const NEAR = 0.01;

/** The chart of each element that has one. */
export const charts = new WeakMap();

const beside = (file) => new URL(file, import.meta.url).href;

let library;
/** Plotly.js, loaded once a page; it only comes as a classic script. */
function plotly() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = beside("plotly.min.js");
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

/** The red, green and blue of a CSS colour, which Plotly cannot mix by itself. */
function channels(probe, colour) {
  probe.style.color = colour;
  return getComputedStyle(probe)
    .color.match(/[\d.]+/g)
    .slice(0, 3);
}

/** Colours and font of the page as it is now. */
function readTheme(probe) {
  const style = getComputedStyle(probe.parentNode);
  const read = (name, fallback) => style.getPropertyValue(`--st-${name}`).trim() || fallback;
  const text = read("text-color", "#31333f");
  const background = read("background-color", "#ffffff");
  const font = read("font", "sans-serif");
  const colours = read("chart-categorical-colors", HUES.join());
  const translucent = (colour, alpha) => `rgba(${channels(probe, colour)},${alpha})`;
  // what is faint on white is not seen on black
  const isDark = Math.max(...channels(probe, background)) < 128;
  const faintness = isDark
    ? { member: 0.6, faint: 0.55, band: 0.3 }
    : { member: 0.4, faint: 0.3, band: 0.18 };
  const shades = (colour) => ({
    bold: colour,
    member: translucent(colour, faintness.member),
    faint: translucent(colour, faintness.faint),
    band: translucent(colour, faintness.band),
  });
  return {
    signature: [text, background, font, colours].join(" "),
    text,
    background,
    font,
    muted: translucent(text, 0.75),
    grid: translucent(text, 0.14),
    hues: colours.split(",").map(shades),
    grey: shades(translucent(text, 0.55)),
    coarse: matchMedia("(pointer: coarse)").matches,
  };
}

class Chart {
  store = new Store();
  panels = new Map();
  axis = "env_step";
  smoothing = 0;
  hovered = null;
  #root = document.createElement("section");
  #panelGrid = document.createElement("div");
  #note = document.createElement("p");
  #probe = document.createElement("i");
  #followButton = document.createElement("button");
  #zoomed = null;
  #spec = null;
  #Plotly = null;
  #frame = 0;
  #figures = new Figures();
  #feed;
  #page = null;
  #held = false;
  #sizes;
  #views;
  #disposed = new AbortController();

  constructor(parent) {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = beside("live_chart.css");
    this.#root.className = "live-chart";
    this.#probe.hidden = true;
    this.#panelGrid.className = "live-chart-panels";
    this.#note.className = "live-chart-note";
    this.#followButton.className = "live-chart-follow";
    this.#followButton.type = "button";
    this.#followButton.textContent = "Follow newest";
    this.#followButton.title = "Leave the zoom, as a double click does";
    this.#followButton.hidden = true;
    this.#followButton.onclick = () => this.follow();
    this.#root.append(this.#followButton, this.#panelGrid, this.#note, this.#probe);
    parent.append(style, this.#figures.node, this.#root);
    this.#feed = new Feed({
      question: () => this.#question(),
      take: (bytes) => this.#receive(bytes),
      lost: () => this.#page.redraw("lost"),
    });
    this.theme = readTheme(this.#probe);

    this.#sizes = new ResizeObserver(() => this.#outdate());
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
    style.onload = async () => {
      this.#Plotly = await plotly();
      this.schedule();
    };
  }

  /** The page was drawn: with this view of the curves, and `redraw(state)` to have it drawn anew. */
  show(page, redraw) {
    if (page.view === this.#page?.view) return; // only the theme has changed
    this.#page = { ...page, redraw: seldom(redraw) };
    if (page.spec.id !== this.#spec) {
      this.#configure(page.spec);
      this.store.clear(); // its rows have the columns of other panels
    }
    if (page.axis !== this.axis) this.#zoomed = this.hovered = null;
    this.axis = page.axis;
    this.smoothing = page.smoothing;
    this.#outdate();
    this.#feed.follow(page.address, page.period);
  }

  /** What is here: the server sends the rest. */
  #question() {
    return { spec: this.#spec, run: this.store.run ?? "", ...this.store.rows };
  }

  #receive(bytes) {
    const news = decode(bytes);
    if (news.spec !== this.#spec) return; // of panels that are on their way, or were here before
    if (this.store.apply(news)) this.follow();
    this.#figures.update(news.figures);
    this.#outdate();
    if (news.state !== this.#page.drawn) this.#page.redraw(news.state);
  }

  #configure(spec) {
    this.#spec = spec.id;
    const keys = spec.panels.map(({ key }) => key);
    for (const [key, panel] of this.panels) {
      if (keys.includes(key)) continue;
      panel.dispose(this.#Plotly);
      this.panels.delete(key);
    }
    spec.panels.forEach((panelSpec, index) => {
      if (!this.panels.has(panelSpec.key)) {
        const panel = new Panel(this, this.#panelGrid);
        this.panels.set(panelSpec.key, panel);
        this.#views.observe(panel.node);
      }
      const panel = this.panels.get(panelSpec.key);
      panel.configure(panelSpec, index === 0 ? Math.round(1.35 * spec.height) : spec.height);
      this.#panelGrid.append(panel.node);
    });
  }

  /** Follow the page's theme. */
  retheme() {
    const theme = readTheme(this.#probe);
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

  /** The x range shown: the user's, or all there is, in steps of a few per cent. */
  get range() {
    if (this.#zoomed) return this.#zoomed;
    const end = this.#end || (this.axis === "seconds" ? 10 : 100);
    const step = 2 ** (Math.floor(Math.log2(end)) - 4);
    return [0, Math.ceil(end / step) * step];
  }

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

  /** Hold drawing while a pointer is down, lest a drag loses its chart. */
  hold() {
    this.#held = true;
  }

  hover(x) {
    this.hovered = x;
    for (const panel of this.panels.values()) panel.showReading();
  }

  /** The hyperparameter changes inside `range`, with x on the chosen axis. */
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

  /** What stands at the pointer's rule: the place, and a change close by. */
  readingLabel(x) {
    const margin = NEAR * (this.range[1] - this.range[0]);
    const near = this.changes([x - margin, x + margin]).map(({ label }) => label);
    const place = this.axis === "seconds" ? readable(x) : Math.round(x).toLocaleString("en");
    return [`${UNITS[this.axis]} ${place}`, ...near].join(" · ");
  }

  #outdate() {
    for (const panel of this.panels.values()) panel.stale = true;
    this.#followButton.hidden = !this.#zoomed;
    this.schedule();
  }

  schedule() {
    if (this.#Plotly) this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** Draw what is stale and in sight, over as many frames as it takes. */
  #draw() {
    this.#frame = 0;
    if (this.#held || !this.#root.clientWidth) return;
    const deadline = performance.now() + SLICE;
    for (const panel of this.panels.values()) {
      if (!panel.stale || !panel.visible) continue;
      if (performance.now() > deadline || !panel.update(deadline)) return this.schedule();
      panel.draw(this.#Plotly);
    }
    this.#note.textContent = this.#legendOfLines();
  }

  /** What thin and bold lines mean, for the kinds on show. */
  #legendOfLines() {
    const curves = [...this.panels.values()]
      .flatMap(({ curves }) => curves)
      .filter(({ spec }) => !spec.behind);
    if (curves.some(({ several }) => several)) {
      return "Thin: members. Bold: their interquartile mean. Shaded: its 95 % bootstrap interval.";
    }
    if (!curves.some(({ spec, empty }) => spec.kind === "average" && !empty)) return "";
    const geometric = curves.some(({ averagesLogarithms, empty }) => averagesLogarithms && !empty);
    const where = geometric ? ", on a logarithmic axis the geometric one" : "";
    return `Faint: each value. Bold: its exponential average with weight ${this.smoothing}${where}.`;
  }

  dispose() {
    this.#disposed.abort();
    this.#sizes.disconnect();
    this.#views.disconnect();
    this.#feed.dispose();
    cancelAnimationFrame(this.#frame);
    for (const panel of this.panels.values()) panel.dispose(this.#Plotly);
    this.#figures.node.remove();
    this.#root.remove();
  }
}

/** Show the chart in the element of a Streamlit component; returns the clean-up. */
export default function render({ data, parentElement, setTriggerValue }) {
  if (!charts.has(parentElement)) charts.set(parentElement, new Chart(parentElement));
  const chart = charts.get(parentElement);
  chart.retheme();
  const send = messenger(parentElement, setTriggerValue);
  chart.show(data, (state) => send("redraw", state));
  return () => {
    // Streamlit also cleans up after a superseded call: only the end of the element counts
    if (parentElement.isConnected) return;
    charts.get(parentElement)?.dispose();
    charts.delete(parentElement);
  };
}
