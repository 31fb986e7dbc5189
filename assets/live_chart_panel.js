/** One panel: heading, legend, axes by Plotly and curves on a canvas, nodes that stay for life. */

import { drawCurves } from "./live_chart_canvas.js";
import { Curve } from "./live_chart_curve.js";

const MARGIN = { l: 46, r: 16, b: 40 };
const TOP = 10;
const AXIS_TITLES = {
  env_step: "environment steps",
  episode: "episodes",
  seconds: "training time (s)",
};
const LABEL_ROWS = 2;
const LABEL_ROW_HEIGHT = 15;
const STEADY = 0.02;
const MARKER_SPACING = 10;

/** A number as a person reads it: about three digits. */
export function readable(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  if (size > 0 && size < 1e-3) return value.toExponential(1).replace("-", "−");
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** Plotly reads a little markup in its texts; ours are plain. */
function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A range of round numbers around another one, so that the axis seldom changes. */
function roundedOutwards(low, high) {
  const size = high - low || Math.abs(high) || 1;
  const step = 10 ** Math.floor(Math.log10(size)) / 2;
  return [Math.floor(low / step) * step, Math.ceil((high + 0.02 * size) / step) * step];
}

function element(tag, className, parent) {
  const node = document.createElement(tag);
  node.className = className;
  parent.append(node);
  return node;
}

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
  #width = 0;
  #labels = [];
  #axes = "";
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
    frame.onpointermove = (event) => this.#chart.hover(this.#positionToX(event), event.pointerType);
    frame.onpointerleave = () => this.#chart.hover(null);
    frame.onpointerdown = () => this.#chart.hold();
  }

  /** Take over what the panel is to show; the nodes stay. */
  configure(spec, height) {
    this.spec = spec;
    this.curves = spec.traces.map((trace) => new Curve(trace, this.#chart));
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
    button.style.setProperty("--hue", this.#chart.theme.hues[trace.hue].bold);
    element("span", `live-chart-swatch ${trace.kind} ${trace.dash}`, button);
    element("span", "", button).textContent = trace.name;
    const value = element("output", "", button);
    const show = () => button.setAttribute("aria-pressed", String(!this.#hidden.has(trace.name)));
    button.onclick = () => {
      if (!this.#hidden.delete(trace.name)) this.#hidden.add(trace.name);
      show();
      this.stale = true;
      this.#chart.schedule();
    };
    button.title = `Show or hide ${trace.name}`;
    show();
    return { button, value };
  }

  /** Colours of the legend after a change of theme. */
  recolour() {
    this.#entries.forEach(({ button }, index) => {
      const { hue } = this.spec.traces[index];
      button.style.setProperty("--hue", this.#chart.theme.hues[hue].bold);
    });
    this.stale = true;
  }

  /** Whether this panel's tables have rows. */
  get empty() {
    return this.curves.every((curve) => curve.empty);
  }

  /** Largest x of the panel's curves. */
  get end() {
    return Math.max(0, ...this.curves.map((curve) => (curve.empty ? 0 : curve.end)));
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
    this.#width = this.plot.clientWidth;
    this.#readCurves(range);
    this.#labels = this.#changeLabels(range);
    const layout = this.#layout(range);
    const axes = JSON.stringify(layout);
    if (axes !== this.#axes) {
      // another configuration, even an equal one, would make Plotly build everything anew
      this.#config ??= this.#configuration(Plotly);
      Plotly.react(this.plot, [], layout, this.#config);
      this.#axes = axes;
    }
    if (!this.#connected) this.#connect();
    this.#drawCurves(range, this.#range);
    this.#quiet.hidden = !this.empty;
    this.#describe();
    this.showReading();
  }

  #readCurves(range) {
    this.shown = this.curves
      .filter(({ spec }) => !this.#hidden.has(spec.name))
      .map((curve) => {
        const lines = this.#drawable(curve.lines(range, this.#inner));
        return { name: curve.spec.name, lines, style: this.#style(curve, lines) };
      });
  }

  #style({ spec, several }, { bold }) {
    const { hues, background } = this.#chart.theme;
    const hue = hues[spec.hue];
    const marked = spec.kind === "markers" && !several;
    return {
      color: hue.bold,
      faint: several ? hue.member : hue.faint,
      band: hue.band,
      background,
      dash: spec.dash,
      width: marked ? 1 : spec.kind === "line" && !several ? 1.5 : 2.25,
      marked: marked && bold.x.length * MARKER_SPACING <= this.#inner,
      hollow: spec.dash !== "solid",
    };
  }

  #drawCurves(range, yRange) {
    const size = { width: this.#width, height: this.plot.clientHeight };
    const box = {
      left: MARGIN.l,
      top: this.#top,
      width: this.#inner,
      height: size.height - this.#top - MARGIN.b,
    };
    const log = this.spec.y_scale === "log";
    drawCurves(this.#canvas, size, box, range, yRange, log, this.shown);
  }

  get #inner() {
    return this.#width - MARGIN.l - MARGIN.r;
  }

  /** Room above the plot for the labels of changes. */
  get #top() {
    return TOP + LABEL_ROW_HEIGHT * Math.max(0, ...this.#labels.map(({ row }) => row + 1));
  }

  /** The panel as a picture, curves included, to keep. */
  #save(Plotly) {
    const data = this.shown.flatMap(({ name, lines, style }) => {
      const common = { type: "scatter", mode: "lines", name };
      const { color, width, dash, faint, band } = style;
      return [
        { ...common, ...lines.band, fill: "toself", fillcolor: band, line: { width: 0 } },
        { ...common, ...lines.faint, line: { color: faint, width: 1 } },
        { ...common, ...lines.bold, line: { color, width, dash } },
      ];
    });
    const layout = { ...this.#layout(this.#chart.range), title: { text: plain(this.spec.title) } };
    layout.margin = { ...layout.margin, t: layout.margin.t + 40 };
    layout.paper_bgcolor = this.#chart.theme.background;
    const { width, height } = layout;
    Plotly.downloadImage({ data, layout }, { filename: this.spec.key, width, height, scale: 2 });
  }

  /** On a logarithmic axis zero has no place: such values lie on the smallest positive one. */
  #drawable(lines) {
    if (this.spec.y_scale !== "log") return lines;
    return Object.fromEntries(
      Object.entries(lines).map(([name, { x, y }]) => {
        let floor = Infinity;
        for (const value of y) if (value > 0 && value < floor) floor = value;
        return [name, { x, y: Array.from(y, (value) => (value <= 0 && value !== null ? floor : value)) }];
      }),
    );
  }

  #layout(range) {
    const { theme, axis } = this.#chart;
    const { spec } = this;
    const lines = { gridcolor: theme.grid, linecolor: theme.grid, zeroline: false };
    const ticks = { tickfont: { color: theme.muted }, fixedrange: false, automargin: false };
    const title = (text, standoff) => ({ text, standoff, font: { size: 12, color: theme.muted } });
    return {
      width: this.#width,
      height: this.plot.clientHeight,
      margin: { ...MARGIN, t: this.#top },
      showlegend: false,
      hovermode: false,
      dragmode: theme.coarse ? false : (this.plot.layout?.dragmode ?? "zoom"),
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: theme.font, size: 12, color: theme.text },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: theme.muted, activecolor: theme.text },
      xaxis: {
        ...lines,
        ...ticks,
        range: [...range],
        showgrid: false,
        showline: true,
        ticks: "outside",
        ticklen: 4,
        tickcolor: theme.grid,
        nticks: Math.max(3, Math.floor(this.#width / 90)),
        title: title(AXIS_TITLES[axis], 4),
      },
      yaxis: {
        ...lines,
        ...ticks,
        type: spec.y_scale,
        range: [...this.#range],
        ...this.#yTicks(this.#range),
        ...(spec.y_title ? { title: title(spec.y_title, 2) } : {}),
      },
      shapes: [...this.#references(), ...this.#changeRules(range)],
      annotations: this.#annotations(),
    };
  }

  /** The y range in the axis' own units (exponents where it is logarithmic). */
  get #range() {
    if (this.#yRange) return this.#yRange;
    const log = this.spec.y_scale === "log";
    let [low, high] = this.spec.y_range ?? this.#extent();
    if (low > high) [low, high] = log ? [0.01, 1] : [0, 1];
    if (log) [low, high] = [Math.log10(low), Math.log10(high)];
    if (!this.spec.y_range) return roundedOutwards(low, high);
    const room = 0.04 * (high - low);
    return [low - room / 2, high + 2 * room];
  }

  /** Smallest and largest value on show, reference lines included. */
  #extent() {
    let low = Infinity;
    let high = -Infinity;
    const take = (value) => {
      if (value === null || !Number.isFinite(value)) return;
      if (value < low) low = value;
      if (value > high) high = value;
    };
    for (const { lines } of this.shown) {
      for (const { y } of Object.values(lines)) y.forEach(take);
    }
    this.spec.references.forEach(({ y }) => take(y));
    return [low, high];
  }

  #yTicks([low, high]) {
    if (this.spec.y_scale !== "log") return { nticks: 6 };
    return { tickformat: "~g", dtick: high - low > 2.5 ? 1 : high - low > 0.5 ? "D2" : "D1" };
  }

  /** Each label is above its line, or below where it would meet that of the next line. */
  #references() {
    const { theme } = this.#chart;
    const [low, high] = this.#range;
    const pixels = (this.plot.clientHeight - this.#top - MARGIN.b) / (high - low);
    const place = (y) => pixels * (this.spec.y_scale === "log" ? Math.log10(y) : y);
    const sorted = [...this.spec.references].sort((a, b) => b.y - a.y);
    return sorted.map(({ y, label }, index) => {
      const meets = index > 0 && place(sorted[index - 1].y) - place(y) < LABEL_ROW_HEIGHT;
      return {
        type: "line",
        xref: "paper",
        x0: 0,
        x1: 1,
        y0: y,
        y1: y,
        layer: "below",
        line: { color: theme.muted, width: 1, dash: "dash" },
        label: {
          text: plain(label),
          textposition: "start",
          yanchor: meets ? "top" : "bottom",
          padding: 2,
          font: { size: 11, color: theme.muted },
        },
      };
    });
  }

  #changeRules(range) {
    return this.#chart.changes(range).map(({ x }) => ({
      type: "line",
      yref: "paper",
      x0: x,
      x1: x,
      y0: 0,
      y1: 1,
      line: { color: this.#chart.theme.text, width: 1, dash: "dot" },
    }));
  }

  /** Labels above the plot, in rows; one without room is read under the pointer. */
  #changeLabels(range) {
    const free = Array(LABEL_ROWS).fill(-Infinity);
    const labels = [];
    for (const { x, label } of this.#chart.changes(range)) {
      const width = 6.5 * label.length + 8;
      const at = ((x - range[0]) / (range[1] - range[0])) * this.#inner;
      const left = at + width > this.#inner;
      const row = free.findIndex((end) => end <= (left ? at - width : at));
      if (row < 0) continue;
      free[row] = left ? at : at + width;
      labels.push({ x, row, left, label });
    }
    return labels;
  }

  #annotations() {
    return this.#labels.map(({ x, row, left, label }) => ({
      x,
      yref: "paper",
      y: 1,
      text: plain(label),
      showarrow: false,
      xanchor: left ? "right" : "left",
      xshift: left ? 3 : -3,
      yanchor: "bottom",
      yshift: row * LABEL_ROW_HEIGHT,
      borderpad: 0,
      font: { size: 11, color: this.#chart.theme.text },
    }));
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
    const share = (event.clientX - box.left - MARGIN.l) / (box.width - MARGIN.l - MARGIN.r);
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
      this.#rule.style.transform = `translateX(${MARGIN.l + share * this.#inner}px)`;
      this.#rule.style.top = `${this.#top}px`;
      this.#reading.classList.toggle("left", share > 0.5);
      this.#reading.textContent = this.#chart.readingLabel(at);
    }
    // rows that are not drawn yet are not read either: drawing comes here again
    if (this.stale) return;
    this.#entries.forEach(({ value }, index) => {
      const curve = this.curves[index];
      const shown = this.#rule.hidden ? curve.summary()?.value : curve.at(at);
      value.textContent = curve.empty ? "" : readable(shown);
    });
  }

  /** What the picture says, in words, for those who do not see it. */
  #describe() {
    const { takeaway, title, traces } = this.spec;
    const index = traces.findIndex(({ name }) => name === takeaway.trace);
    const summary = this.curves[index].summary();
    const text = `${title}: ${summary ? this.#sentence(takeaway, summary) : this.spec.empty}`;
    if (this.plot.getAttribute("aria-label") !== text) this.plot.setAttribute("aria-label", text);
  }

  #sentence({ quantity, unit, ceiling }, { value, before, interval, members }) {
    let text = `${quantity} ${readable(value)}`;
    if (ceiling !== null) text += ` of ${readable(ceiling)}`;
    if (unit) text += ` ${unit}`;
    if (interval) {
      text += ` (interquartile mean of ${members} members, 95 % interval `;
      text += `${readable(interval[0])} to ${readable(interval[1])})`;
    }
    if (!Number.isFinite(before)) return text;
    const steady = Math.abs(value - before) <= STEADY * Math.max(Math.abs(value), Math.abs(ceiling ?? 0));
    return `${text}, ${steady ? "steady" : value > before ? "rising" : "falling"}`;
  }

  dispose(Plotly) {
    Plotly?.purge(this.plot);
    this.node.remove();
  }
}
