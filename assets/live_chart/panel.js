/** One panel: heading, legend, axes by Plotly and curves on a canvas, nodes that stay for life. */

import { layout, placeLabels, plotBox, yRange } from "./axes.js";
import { drawCurves } from "./canvas.js";
import { Curve, raised } from "./curve.js";
import { Legend } from "./legend.js";
import { save, SIZE } from "./picture.js";
import { Tools } from "./tools.js";
import { legendOfLines, sentence } from "./words.js";
import { element, setText, withRole } from "../shared/dom.js";
import { number } from "../shared/numbers.js";
import { _ } from "../shared/words.js";

/** @import { Chart } from "./chart.js" */
/** @import { Box, Label, Lines, Moved, Range, Ranges, Shown, Size, Style } from "./types.d.ts" */

const MARKER_SPACING = 10;
const ROWS_IN_A_PICTURE = 8; // of changes' labels
// Another one, even an equal one, would make Plotly build everything anew.
const CONFIGURATION = { displayModeBar: false, doubleClick: false, showTips: false };
/** @param {Curve[]} curves */
const endOf = (curves) => Math.max(0, ...curves.map((curve) => (curve.empty ? 0 : curve.end)));

export class Panel {
  #chart;
  #legend;
  #rule;
  #reading;
  #quiet;
  #remark;
  /** @type {Range | null} */
  #yRange = null;
  #connected = false;
  #size = { width: 0, height: 0 };
  /** @type {Label[]} */
  #labels = [];
  #axes = "";
  #places = "";
  #canvas;
  #tools;
  /** @type {Messages.Panel} */
  spec;
  /** @type {Curve[]} */
  curves;
  /** @type {Shown[]} the curves as they are drawn */
  shown = [];
  visible = true;
  stale = true;

  /**
   * @param {Chart} chart
   * @param {Element} parent
   */
  constructor(chart, parent) {
    this.#chart = chart;
    this.heading = element("h3");
    this.#legend = new Legend(() => this.#outdate());
    this.#tools = new Tools(
      () => this.#outdate(),
      (format) => this.#save(format),
    );
    this.tools = this.#tools.node;
    const names = element("div", "live-chart-names", this.heading, this.#legend.node);
    const caption = element("figcaption", "", names, this.tools);
    /** @type {any} what Plotly makes of it has more than an element */
    this.plot = withRole(element("div", "live-chart-plot"), "img");
    this.#canvas = element("canvas", "live-chart-canvas");
    this.#reading = element("span", "live-chart-reading");
    this.#rule = element("div", "live-chart-rule", this.#reading);
    this.#quiet = element("p", "live-chart-quiet");
    const layers = [this.plot, this.#canvas, this.#rule, this.#quiet];
    const frame = element("div", "live-chart-frame", ...layers);
    this.#remark = element("p", "live-chart-remark");
    const body = element("div", "live-chart-body", frame, this.#remark);
    this.node = element("figure", "live-chart-panel", caption, body);
    parent.append(this.node);
    this.#rule.hidden = this.#quiet.hidden = this.#remark.hidden = true;
    frame.onpointermove = (event) => this.#chart.hover(this.#positionToX(event));
    frame.onpointerleave = () => this.#chart.hover(null);
    frame.onpointerdown = (event) => this.#press(event);
  }

  /** @param {PointerEvent} event */
  #press(event) {
    const x = this.#tools.forks ? this.#positionToX(event) : null;
    if (x === null) return this.#chart.hold();
    event.preventDefault();
    event.stopPropagation();
    this.#tools.forks = false;
    this.#chart.fork(x);
  }

  /**
   * Take over what the panel is to show; the nodes stay.
   *
   * @param {Messages.Panel} spec
   * @param {number} height
   */
  configure(spec, height) {
    this.spec = spec;
    this.curves = spec.traces.map((trace) => new Curve(trace, this.#chart, spec.y_scale === "log"));
    this.heading.textContent = spec.title;
    this.plot.style.height = `${height}px`;
    this.plot.ariaLabel ??= spec.title; // until it is drawn, as below the screen
    this.#quiet.textContent = spec.empty;
    this.#legend.configure(spec.traces, (trace) => this.#hue(trace).bold);
    this.stale = true;
  }

  /**
   * What stands below the chart.
   *
   * @param {string} text
   */
  remark(text) {
    setText(this.#remark, text);
    this.#remark.hidden = !text;
  }

  #outdate() {
    this.stale = true;
    this.#chart.schedule();
  }

  /** Colours after a change of theme. */
  recolour() {
    this.#legend.recolour((trace) => this.#hue(trace).bold);
    this.stale = true;
  }

  /** The curves that the panel is about. */
  get foremost() {
    return this.curves.filter(({ spec }) => !spec.behind);
  }

  /** Whether this panel's tables have rows. */
  get empty() {
    return this.foremost.every((curve) => curve.empty);
  }

  /** Largest x of the panel's curves. */
  get end() {
    return endOf(this.foremost);
  }

  /**
   * Largest x of what they are compared with, or only of that which is always seen whole.
   *
   * @param {boolean} whole
   */
  endBehind(whole) {
    return endOf(this.curves.filter(({ spec }) => (whole ? spec.whole : spec.behind)));
  }

  followY() {
    this.#yRange = null;
  }

  /**
   * Statistics up to date? Works on them until `deadline` (ms).
   *
   * @param {number} deadline
   */
  update(deadline) {
    return this.curves.every((curve) => curve.update(deadline));
  }

  /** Draw what the store holds inside the chart's x range. */
  draw() {
    this.stale = false;
    const { range, theme } = this.#chart;
    this.#size = { width: this.plot.clientWidth, height: this.plot.clientHeight };
    this.#labels = placeLabels(this.#chart.changes(range), range, this.#size, theme.scale);
    this.shown = this.#read(range, this.#box);
    this.#drawAxes(this.#layout(this.#size, { x: range, y: this.#range }, this.#labels));
    if (!this.#connected) this.#connect();
    this.#drawCurves(range, this.#range);
    this.#quiet.hidden = this.curves.some((curve) => !curve.empty);
    this.#describe();
    this.showReading();
  }

  /**
   * Have Plotly draw what is not as it was: other ranges alone cost a quarter of a layout.
   *
   * @param {ReturnType<typeof layout>} wanted
   */
  #drawAxes(wanted) {
    const axes = JSON.stringify(wanted, (key, value) => (key === "range" ? undefined : value));
    const ranges = { "xaxis.range": wanted.xaxis.range, "yaxis.range": wanted.yaxis.range };
    const places = JSON.stringify(ranges);
    if (axes !== this.#axes) {
      this.#chart.Plotly.react(this.plot, [], wanted, CONFIGURATION);
    } else if (places !== this.#places) {
      this.#chart.Plotly.relayout(this.plot, ranges);
    }
    this.#axes = axes;
    this.#places = places;
  }

  /**
   * The curves that are not hidden inside `range`, to be drawn in `box`.
   *
   * @param {Range} range
   * @param {Box} box
   */
  #read(range, box) {
    return this.curves
      .filter(({ spec }) => this.#legend.shows(spec))
      .toSorted((a, b) => Number(b.spec.behind) - Number(a.spec.behind))
      .map((curve) => {
        const all = curve.lines(range, box.width);
        const lines = this.spec.y_scale === "log" ? raised(all) : all;
        const { name, behind } = curve.spec;
        return { name, behind, lines, style: this.#style(curve, lines, box) };
      });
  }

  /** @param {Messages.Trace} trace */
  #hue({ hue, behind }) {
    const { hues, grey } = this.#chart.theme;
    return behind ? grey : hues[hue];
  }

  /**
   * @param {Curve} curve
   * @param {Lines} lines
   * @param {Box} box
   * @returns {Style}
   */
  #style({ spec, several }, { bold }, box) {
    const { background } = this.#chart.theme;
    const hue = this.#hue(spec);
    const marked = spec.kind === "markers" && !several;
    const isAgreed = bold.y.some(Number.isFinite);
    return {
      color: hue.bold,
      faint: several ? hue.member : hue.faint,
      band: hue.band,
      background,
      dash: spec.dash,
      width: marked ? 1 : spec.kind === "line" && !several ? 1.5 : 2.25,
      marked: bold.x.length === 1 || (marked && bold.x.length * MARKER_SPACING <= box.width),
      hollow: spec.dash !== "solid",
      apart: several && !isAgreed, // until there is a line of all, each seed's points are seen
    };
  }

  /**
   * @param {Range} x
   * @param {Range} y
   */
  #drawCurves(x, y) {
    const { scale, ratio } = this.#chart.theme;
    const log = this.spec.y_scale === "log";
    const place = { size: this.#size, box: this.#box, ranges: { x, y }, log, scale, ratio };
    drawCurves(this.#canvas, place, this.shown);
  }

  get #box() {
    return plotBox(this.#size, this.#labels, this.#chart.theme.scale);
  }

  /** The y range shown: the user's, or what fits the curves. */
  get #range() {
    return this.#yRange ?? yRange(this.spec, this.shown);
  }

  /**
   * @param {Size} size
   * @param {Ranges} ranges
   * @param {Label[]} labels
   */
  #layout(size, ranges, labels) {
    const { theme, axis } = this.#chart;
    const changes = this.#chart.changes(ranges.x);
    // dragging on a touch screen is scrolling
    const dragmode = theme.coarse ? false : this.#tools.drags;
    return layout({ spec: this.spec, theme, axis, size, ranges, changes, labels, dragmode });
  }

  /**
   * Keep the panel as a picture: all of it, or the part that the user has zoomed into.
   *
   * @param {string} format
   */
  #save(format) {
    const { smoothing, words } = this.#chart;
    this.update(Infinity); // it may not have been in sight
    const picture = this.#chart.asOnPaper((theme) => {
      const whole = this.#chart.wholeRange;
      const labels = placeLabels(this.#chart.changes(whole), whole, SIZE, 1, ROWS_IN_A_PICTURE);
      const shown = this.#read(whole, plotBox(SIZE, labels));
      const y = this.#yRange ?? yRange(this.spec, shown);
      return {
        layout: this.#layout(SIZE, { x: whole, y }, labels),
        shown,
        title: this.spec.title,
        lines: [
          words.caption,
          legendOfLines(this.foremost, smoothing),
          this.#remark.textContent,
        ].filter(Boolean),
        background: theme.background,
        filename: `${words.filename}_${this.spec.key}`,
      };
    });
    save(this.#chart.Plotly, format, picture);
  }

  #connect() {
    this.#connected = true;
    this.plot.on("plotly_doubleclick", () => this.#chart.follow());
    // while the axes are dragged along, the curves go with them
    this.plot.on("plotly_relayouting", (/** @type {Moved} */ change) => {
      if (this.plot.layout.dragmode !== "pan") return;
      /**
       * @param {"xaxis" | "yaxis"} axis
       * @param {Range} range
       * @returns {Range}
       */
      const moved = (axis, [low, high]) => [
        change[`${axis}.range[0]`] ?? low,
        change[`${axis}.range[1]`] ?? high,
      ];
      const range = moved("xaxis", this.#chart.range);
      this.shown = this.#read(range, this.#box);
      this.#drawCurves(range, moved("yaxis", this.#range));
    });
    this.plot.on("plotly_relayout", (/** @type {Moved} */ change) => {
      if ("xaxis.range" in change) return; // our own; the user's name each end
      this.#axes = "";
      if ("yaxis.range[0]" in change) {
        this.#yRange = [change["yaxis.range[0]"], change["yaxis.range[1]"]];
      }
      if ("xaxis.range[0]" in change) {
        this.#chart.zoom([change["xaxis.range[0]"], change["xaxis.range[1]"]]);
      } else if ("yaxis.range[0]" in change) this.#chart.zoom(this.#chart.range);
    });
  }

  /** @param {PointerEvent} event */
  #positionToX(event) {
    const box = this.plot.getBoundingClientRect();
    const { left, width } = this.#box;
    const share = (event.clientX - box.left - left) / width;
    if (!(share >= 0 && share <= 1)) return null;
    const [low, high] = this.#chart.range;
    return low + share * (high - low);
  }

  /** The rule under the pointer and the curves' values there; without a pointer, the newest. */
  showReading() {
    const { hovered: at, range } = this.#chart;
    const share = at === null ? -1 : (at - range[0]) / (range[1] - range[0]);
    this.#rule.hidden = !(share >= 0 && share <= 1);
    if (at !== null && !this.#rule.hidden) {
      const { left, top, width, height } = this.#box;
      this.#rule.style.transform = `translate(${left + share * width}px, ${top}px)`;
      this.#rule.style.height = `${height}px`;
      this.#reading.classList.toggle("left", share > 0.5);
      this.#reading.textContent = this.#tools.forks
        ? _("fork at {place}", { place: this.#chart.readingLabel(at) })
        : this.#chart.readingLabel(at);
    }
    // rows that are not drawn yet are not read either: drawing comes here again
    if (this.stale) return;
    const values = this.curves.map((curve) => {
      const end = curve.spec.behind && !this.empty ? this.end : null; // compared at the same place
      const place = this.#rule.hidden ? end : at;
      const shown = place === null ? (curve.summary()?.value ?? NaN) : curve.at(place);
      return curve.empty ? "" : number(shown);
    });
    this.#legend.showValues(values);
  }

  /** What the picture says, in words, for those who do not see it. */
  #describe() {
    const { takeaway, title, traces } = this.spec;
    const index = traces.findIndex(({ id }) => id === takeaway.trace);
    const summary = this.curves[index].summary();
    const says = summary ? sentence(takeaway, summary) : this.spec.empty;
    const text = _("{title}: {says}", { title, says });
    if (this.plot.getAttribute("aria-label") !== text) this.plot.setAttribute("aria-label", text);
  }

  dispose() {
    this.#chart.Plotly?.purge(this.plot);
    this.node.remove();
  }
}
