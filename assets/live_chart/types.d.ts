/** What `dashboard/charts/live_chart.py` sends, and what is made of it. */

import type { Column } from "./store.js";

export type Axis = "env_step" | "episode" | "seconds";
export type Range = [low: number, high: number];
export type Dash = "solid" | "dash" | "dot" | "dashdot";

export interface TraceSpec {
  id: string;
  table: string;
  more: string[];
  members: Record<string, number[]>;
  column: string;
  name: string;
  kind: "average" | "line" | "markers";
  color: string | number;
  hue: number;
  dash: Dash;
  singles: boolean;
  behind: boolean;
  whole: boolean;
}

export interface Reference {
  y: number;
  label: string;
  since: Record<Axis, number> | null;
}

export interface Takeaway {
  trace: string;
  quantity: string;
  ceiling: number | null;
}

export interface PanelSpec {
  key: string;
  title: string;
  traces: TraceSpec[];
  references: Reference[];
  y_title: string;
  y_range: Range | null;
  y_scale: "linear" | "log";
  takeaway: Takeaway;
  empty: string;
}

/** Data of the component. */
export interface Page {
  address: string;
  period: number;
  view: string;
  spec: { id: string; columns: string; panels: PanelSpec[]; height: number };
  drawn: string;
  axis: Axis;
  smoothing: number;
  words: { caption: string; filename: string };
  forks: boolean;
}

/** Columns of an answer by name: numbers, or texts. */
export type Cells = Record<string, ArrayLike<number | string>>;

/** What an answer brings for what stands beside the charts of a page. */
export type Beside = Parameters<import("../train/figures.js").Figures["update"]>[0];

/** One table of an answer, with its columns once they are decoded. */
export interface Part {
  start: number;
  rows: number;
  columns: [name: string, type: "u1" | "u2" | "u4" | "f4" | "f8", base: number][];
  texts?: Record<string, string[]>;
  values: Cells;
}

export interface News {
  columns: string;
  run: string;
  state: string;
  beside: Beside;
  stopped: number[];
  remarks: Record<string, string>;
  tables: Record<string, Part>;
}

/** The columns of one member: numbers, and of changes their labels. */
export type Columns = Record<string, Column> & { label: string[] };

export interface Growing {
  push(value: number | string): void;
}

/** What Plotly says of axes that are dragged: each end by its name. */
export type Moved = Record<string, number>;

/** A line to draw; a value that is null or not finite interrupts it. */
export type Values = Float64Array | (number | null)[];
export type Line = { x: Values; y: Values };

export interface Change {
  x: number;
  label: string;
}

export interface Label extends Change {
  row: number;
  left: boolean;
}

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  left: number;
  top: number;
}

export interface Style {
  color: string;
  faint: string;
  band: string;
  background: string;
  dash: Dash;
  width: number;
  marked: boolean;
  hollow: boolean;
  apart: boolean;
}

export type Lines = Record<"band" | "faint" | "bold", Line>;

/** A curve as it is drawn. */
export interface Shown {
  name: string;
  behind: boolean;
  lines: Lines;
  style: Style;
}

export type Theme = ReturnType<typeof import("./theme.js").readTheme>;

export type Ranges = { x: Range; y: Range };
export type Numbers = Float64Array | number[];
export type Points = { x: Numbers; y: Numbers };

/** What a curve reads of its chart. */
export interface Seen {
  store: import("./store.js").Store;
  axis: Axis;
  smoothing: number;
}
