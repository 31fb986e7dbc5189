import assert from "node:assert/strict";
import test from "node:test";

import { layout, read, unpack } from "../../../assets/q_map/plane.js";

const AXES = {
  x: { label: "position", unit: "m", low: -2, high: 2 },
  y: { label: "angle", unit: "", low: 0, high: 1 },
};
const bytesOf = (...arrays) => {
  const parts = arrays.map((array) => Buffer.from(array.buffer));
  return new Uint8Array(Buffer.concat(parts)).buffer;
};

test("values are shares of their range, row by row from the lowest, then the visited states", () => {
  const body = bytesOf(Uint16Array.of(0, 65535, 13107, 26214), Uint16Array.of(0, 65535));
  const message = unpack({ rows: 2, columns: 2, quantity: "value", range: [-10, 40], body });
  assert.deepEqual(
    Array.from(message.values, (value) => Math.round(1000 * value) / 1000),
    [-10, 40, 0, 10],
  );
  assert.deepEqual([...message.visited], [0, 65535]);
});

test("actions are a byte each, and what follows begins at an even one", () => {
  const body = bytesOf(Uint8Array.of(0, 1, 2, 0), Uint16Array.of(7, 8));
  const message = unpack({ rows: 1, columns: 3, quantity: "action", body });
  assert.deepEqual([...message.values], [0, 1, 2]);
  assert.deepEqual([...message.visited], [7, 8]);
});

test("the place that is pointed at is read with its units and its value, up being more", () => {
  const message = {
    ...AXES,
    rows: 2,
    columns: 2,
    quantity: "value",
    title: "max Q",
    ramp: "value",
    range: [0, 100],
    values: Float32Array.of(1, 20, 50, 100),
  };
  assert.equal(read(message, [0.1, 0.9]), "position −1.00 m, angle 0.25: max Q 1.0");
  assert.equal(read(message, [0.9, 0.1]), "position 1.00 m, angle 0.75: max Q 100");
});

test("an advantage names the action that is better", () => {
  const message = {
    ...AXES,
    rows: 1,
    columns: 2,
    quantity: "value",
    ramp: "advantage",
    range: [-10, 10],
    actions: ["left", "right"],
    values: Float32Array.of(-2, 4),
  };
  assert.match(read(message, [0.1, 0.5]), /: left better by 2\.0$/);
  assert.match(read(message, [0.9, 0.5]), /: right better by 4\.0$/);
});

test("a map keeps its shape between the narrowest page and the widest", () => {
  assert.deepEqual(
    [200, 600, 2000].map((width) => layout(width).height),
    [270, 336, 400],
  );
});
