/** What is made of the messages. */

import type { Column } from "./store.js";

export type Axis = Messages.ChartData["axis"];
export type Range = [low: number, high: number];
export type Dash = Messages.Trace["dash"];

/** Columns of an answer by name: numbers, or texts. */
export type Cells = Record<string, ArrayLike<number | string>>;

/** One table of an answer, with its columns once they are decoded. */
export interface Part extends Messages.TableRows {
  values: Cells;
}

/** An answer whose tables are decoded. */
export interface News extends Messages.ChartAnswer {
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
