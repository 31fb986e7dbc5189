/** One panel: heading, legend, axes by Plotly and curves on a canvas, nodes that stay for life. */

import { layout, placeLabels, plain, plotBox, yRange } from "./live_chart_axes.js";
import { drawCurves } from "./live_chart_canvas.js";
import { Curve } from "./live_chart_curve.js";
import { readable, sentence } from "./live_chart_words.js";

const MARKER_SPACING = 10;

function element(tag, className, parent) {
  const node = document.createElement(tag);
  node.className = className;
  parent.append(node);
  return node;
}

/** What a trace is of; its name may change with what it is compared with. */
const sourceOf = ({ table, column }) => `${table}/${column}`;

const endOf = (curves) => Math.max(0, ...curves.map((curve) => (curve.empty ? 0 : curve.end)));

export class Panel {
  #chart;
  #legend;
  #rule;
  #reading;
  #quiet;
  #yRange = null;
  #hidden = new Set();
  #entries = [];
  #config = null;
  #connected = false;
  #size = { width: 0, height: 0 };
  #labels = [];
  #axes = "";
  #places = "";
  #canvas;
  /** The curves as they are drawn: {name, lines, style}. */
  shown = [];
  visible = true;
  stale = true;

  constructor(chart, parent) {
    this.#chart = chart;
    this.node = element("figure", "live-chart-panel", parent);
    const caption = element("figcaption", "", this.node);
    this.heading = element("h3", "", caption);
    this.#legend = element("div", "live-chart-legend", caption);
    const frame = element("div", "live-chart-frame", this.node);
    this.plot = element("div", "live-chart-plot", frame);
    this.plot.setAttribute("role", "img");
    this.#canvas = element("canvas", "live-chart-canvas", frame);
    this.#rule = element("div", "live-chart-rule", frame);
    this.#reading = element("span", "live-chart-reading", this.#rule);
    this.#quiet = element("p", "live-chart-quiet", frame);
    this.#rule.hidden = this.#quiet.hidden = true;
    frame.onpointermove = (event) => this.#chart.hover(this.#positionToX(event));
    frame.onpointerleave = () => this.#chart.hover(null);
    frame.onpointerdown = () => this.#chart.hold();
  }

  /** Take over what the panel is to show; the nodes stay. */
  configure(spec, height) {
    this.spec = spec;
    this.curves = spec.traces.map((trace) => new Curve(trace, this.#chart, spec.y_scale === "log"));
    this.heading.textContent = spec.title;
    this.plot.style.height = `${height}px`;
    this.#quiet.textContent = spec.empty;
    this.#legend.replaceChildren();
    this.#entries = spec.traces.map((trace) => this.#legendEntry(trace));
    this.stale = true;
  }

  #legendEntry(trace) {
    const button = element("button", "live-chart-entry", this.#legend);
    button.type = "button";
    button.style.setProperty("--hue", this.#hue(trace).bold);
    element("span", `live-chart-swatch ${trace.kind} ${trace.dash}`, button);
    element("span", "", button).textContent = trace.name;
    const value = element("output", "", button);
    const source = sourceOf(trace);
    const show = () => button.setAttribute("aria-pressed", String(!this.#hidden.has(source)));
    button.onclick = () => {
      if (!this.#hidden.delete(source)) this.#hidden.add(source);
      show();
      this.stale = true;
      this.#chart.schedule();
    };
    button.title = `Show or hide ${trace.name}`;
    if (trace.behind) button.title += "; its number is that at the other curves' end";
    show();
    return { button, value };
  }

  /** Colours of the legend after a change of theme. */
  recolour() {
    this.#entries.forEach(({ button }, index) => {
      button.style.setProperty("--hue", this.#hue(this.spec.traces[index]).bold);
    });
    this.stale = true;
  }

  /** The curves that the panel is about. */
  get #foremost() {
    return this.curves.filter(({ spec }) => !spec.behind);
  }

  /** Whether this panel's tables have rows. */
  get empty() {
    return this.#foremost.every((curve) => curve.empty);
  }

  /** Largest x of the panel's curves. */
  get end() {
    return endOf(this.#foremost);
  }

  /** Largest x of what they are compared with, or only of that which is always seen whole. */
  endBehind(whole) {
    return endOf(this.curves.filter(({ spec }) => (whole ? spec.whole : spec.behind)));
  }

  followY() {
    this.#yRange = null;
  }

  /** Statistics up to date? Works on them until `deadline` (ms). */
  update(deadline) {
    return this.curves.every((curve) => curve.update(deadline));
  }

  /** Draw what the store holds inside the chart's x range. */
  draw(Plotly) {
    this.stale = false;
    const { range } = this.#chart;
    this.#size = { width: this.plot.clientWidth, height: this.plot.clientHeight };
    this.#labels = placeLabels(this.#chart.changes(range), range, this.#size);
    this.#readCurves(range);
    this.#drawAxes(Plotly, this.#layout());
    if (!this.#connected) this.#connect();
    this.#drawCurves(range, this.#range);
    this.#quiet.hidden = this.curves.some((curve) => !curve.empty);
    this.#describe();
    this.showReading();
  }

  /** Have Plotly draw what is not as it was: other ranges alone cost a quarter of a layout. */
  #drawAxes(Plotly, wanted) {
    const axes = JSON.stringify(wanted, (key, value) => (key === "range" ? undefined : value));
    const ranges = { "xaxis.range": wanted.xaxis.range, "yaxis.range": wanted.yaxis.range };
    const places = JSON.stringify(ranges);
    if (axes !== this.#axes) {
      // another configuration, even an equal one, would make Plotly build everything anew
      this.#config ??= this.#configuration(Plotly);
      Plotly.react(this.plot, [], wanted, this.#config);
    } else if (places !== this.#places) {
      Plotly.relayout(this.plot, ranges);
    }
    this.#axes = axes;
    this.#places = places;
  }

  #readCurves(range) {
    this.shown = this.curves
      .filter(({ spec }) => !this.#hidden.has(sourceOf(spec)))
      .toSorted((a, b) => b.spec.behind - a.spec.behind)
      .map((curve) => {
        const lines = this.#drawable(curve.lines(range, this.#box.width));
        return { name: curve.spec.name, lines, style: this.#style(curve, lines) };
      });
  }

  #hue({ hue, behind }) {
    const { hues, grey } = this.#chart.theme;
    return behind ? grey : hues[hue];
  }

  #style({ spec, several }, { bold }) {
    const { background } = this.#chart.theme;
    const hue = this.#hue(spec);
    const marked = spec.kind === "markers" && !several;
    return {
      color: hue.bold,
      faint: several ? hue.member : hue.faint,
      band: hue.band,
      background,
      dash: spec.dash,
      width: marked ? 1 : spec.kind === "line" && !several ? 1.5 : 2.25,
      marked: bold.x.length === 1 || (marked && bold.x.length * MARKER_SPACING <= this.#box.width),
      hollow: spec.dash !== "solid",
    };
  }

  #drawCurves(x, y) {
    const log = this.spec.y_scale === "log";
    drawCurves(this.#canvas, this.#size, this.#box, { x, y }, log, this.shown);
  }

  get #box() {
    return plotBox(this.#size, this.#labels);
  }

  /** The y range shown: the user's, or what fits the curves. */
  get #range() {
    return this.#yRange ?? yRange(this.spec, this.shown);
  }

  #layout() {
    const { theme, axis, range } = this.#chart;
    return layout({
      spec: this.spec,
      theme,
      axis,
      size: this.#size,
      ranges: { x: range, y: this.#range },
      changes: this.#chart.changes(range),
      labels: this.#labels,
      // dragging on a touch screen is scrolling
      dragmode: theme.coarse ? false : (this.plot.layout?.dragmode ?? "zoom"),
    });
  }

  /** The panel as a picture, curves included, to keep. */
  #save(Plotly) {
    const data = this.shown.flatMap(({ name, lines, style }) => {
      const { color, width, dash, faint, band, marked } = style;
      const common = { type: "scatter", mode: "lines", showlegend: false };
      const bold = { name: plain(name), line: { color, width, dash }, marker: { color, size: 6 } };
      return [
        { ...common, ...lines.band, fill: "toself", fillcolor: band, line: { width: 0 } },
        { ...common, ...lines.faint, line: { color: faint, width: 1 } },
        { ...lines.bold, ...bold, type: "scatter", mode: marked ? "lines+markers" : "lines" },
      ];
    });
    const picture = this.#layout();
    picture.title = { text: plain(this.spec.title) };
    picture.margin.t += 40;
    picture.height += 40;
    picture.showlegend = true;
    picture.legend = { orientation: "h", x: 1, xanchor: "right", y: 1, yanchor: "bottom" };
    picture.paper_bgcolor = this.#chart.theme.background;
    const { width, height } = picture;
    const options = { format: "png", filename: this.spec.key, width, height, scale: 2 };
    Plotly.downloadImage({ data, layout: picture }, options);
  }

  /** On a logarithmic axis zero has no place: such values lie on the smallest positive one. */
  #drawable(lines) {
    if (this.spec.y_scale !== "log") return lines;
    return Object.fromEntries(
      Object.entries(lines).map(([name, { x, y }]) => {
        let floor = Infinity;
        for (const value of y) if (value > 0 && value < floor) floor = value;
        const raised = Array.from(y, (value) => (value !== null && value <= 0 ? floor : value));
        return [name, { x, y: raised }];
      }),
    );
  }

  #configuration(Plotly) {
    return {
      displaylogo: false,
      doubleClick: false,
      showTips: false,
      modeBarButtons: [
        [
          "zoom2d",
          "pan2d",
          {
            name: "follow",
            title: "Follow the newest data",
            icon: Plotly.Icons.autoscale,
            click: () => this.#chart.follow(),
          },
          {
            name: "save",
            title: "Save as a picture",
            icon: Plotly.Icons.camera,
            click: () => this.#save(Plotly),
          },
        ],
      ],
    };
  }

  #connect() {
    this.#connected = true;
    this.plot.on("plotly_doubleclick", () => this.#chart.follow());
    // while the axes are dragged along, the curves go with them
    this.plot.on("plotly_relayouting", (change) => {
      if (this.plot.layout.dragmode !== "pan") return;
      const moved = (axis, range) => range.map((end, i) => change[`${axis}.range[${i}]`] ?? end);
      const range = moved("xaxis", this.#chart.range);
      this.#readCurves(range);
      this.#drawCurves(range, moved("yaxis", this.#range));
    });
    this.plot.on("plotly_relayout", (change) => {
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
    if (!this.#rule.hidden) {
      const { left, top, width, height } = this.#box;
      this.#rule.style.transform = `translate(${left + share * width}px, ${top}px)`;
      this.#rule.style.height = `${height}px`;
      this.#reading.classList.toggle("left", share > 0.5);
      this.#reading.textContent = this.#chart.readingLabel(at);
    }
    // rows that are not drawn yet are not read either: drawing comes here again
    if (this.stale) return;
    this.#entries.forEach(({ value }, index) => {
      const curve = this.curves[index];
      const end = curve.spec.behind && !this.empty ? this.end : null; // compared at the same place
      const place = this.#rule.hidden ? end : at;
      const shown = place === null ? curve.summary()?.value : curve.at(place);
      value.textContent = curve.empty ? "" : readable(shown);
    });
  }

  /** What the picture says, in words, for those who do not see it. */
  #describe() {
    const { takeaway, title, traces } = this.spec;
    const index = traces.findIndex(({ name }) => name === takeaway.trace);
    const summary = this.curves[index].summary();
    const text = `${title}: ${summary ? sentence(takeaway, summary) : this.spec.empty}`;
    if (this.plot.getAttribute("aria-label") !== text) this.plot.setAttribute("aria-label", text);
  }

  dispose(Plotly) {
    Plotly?.purge(this.plot);
    this.node.remove();
  }
}
