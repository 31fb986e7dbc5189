/** What `dashboard/train_page/q_map_message.py` sends, once it is unpacked. */

export type Place = [x: number, y: number];
export type Range = [low: number, high: number];
export type Channels = number[];
export type Context = CanvasRenderingContext2D;

export interface Dimension {
  label: string;
  unit: string;
  low: number;
  high: number;
}

interface Map {
  title: string;
  actions: string[];
  rows: number;
  columns: number;
  takeaway: string;
  step: number;
  drawn: string;
  hasPlaces: boolean;
  place?: Parameters<import("../shared/action_values.js").ActionValues["show"]>[0];
  range: Range;
  body: ArrayBuffer;
}

export interface Plane extends Map {
  kind: "plane";
  quantity: "value" | "advantage" | "action";
  ramp: "value" | "advantage";
  x: Dimension;
  y: Dimension;
  values: Uint8Array | Float32Array;
  visited: Uint16Array;
}

export interface Grid extends Map {
  kind: "grid";
  letters: string[];
  ended: boolean[];
  walls: boolean[];
  directions: ([down: number, right: number] | null)[];
  visits: number[];
  q: Float32Array;
}

export type Message = Plane | Grid;

/** How a map of one kind is drawn: each takes messages of its own. */
export interface Kind {
  HINT: string;
  unpack(message: Message): Message;
  layout(width: number, message: Message): Omit<Layout, "side">;
  draw(
    context: Context,
    layout: Omit<Layout, "side">,
    message: Message,
    theme: Theme,
    cursor: Place | null,
    chosen: Place | null,
  ): void;
  read(message: Message, place: Place): string;
  legend(message: Message, theme: Theme): Node[];
}

export interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Layout {
  width: number;
  height: number;
  plot: Plot;
  side: number;
}

export type Theme = ReturnType<typeof import("./colours.js").readTheme>;
