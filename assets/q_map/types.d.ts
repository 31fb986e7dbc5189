export type Place = [x: number, y: number];
export type Range = [low: number, high: number];
export type Channels = number[];
export type Context = CanvasRenderingContext2D;

/** A message once it is unpacked. */
export type Plane = (Messages.ActionPlaneAnswer | Messages.ValuePlaneAnswer) & {
  body: ArrayBuffer;
  values: Uint8Array | Float32Array;
  visited: Uint16Array;
};

export interface Grid extends Messages.GridAnswer {
  body: ArrayBuffer;
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
