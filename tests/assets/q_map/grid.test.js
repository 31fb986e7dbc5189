import assert from "node:assert/strict";
import test from "node:test";

import { layout, read, unpack } from "../../../assets/q_map/grid.js";

const ACTIONS = ["left", "down"];

test("squares fill the width, up to the size at which larger ones say no more", () => {
  assert.deepEqual(
    [202, 2000].map((width) => layout(width, { rows: 2, columns: 4 }).side),
    [50, 104],
  );
});

test("the square that is pointed at is read with the Q of each action, the top row first", () => {
  const body = Float32Array.of(0, 1, 0, 2, 3, 0, 9, 9).buffer;
  const message = unpack({
    rows: 2,
    columns: 2,
    actions: ACTIONS,
    range: [0, 10],
    ended: [false, false, false, true],
    body,
  });
  assert.equal(read(message, [0.9, 0.1]), "row 1, column 2: left 0.00, down 2.0; best: down");
  assert.equal(read(message, [0.1, 0.9]), "row 2, column 1: left 3.0, down 0.00; best: left");
  const barred = unpack({ ...message, body: Float32Array.of(NaN, -1, 0, NaN, 3, 0, 9, 9).buffer });
  assert.equal(
    read(barred, [0.1, 0.1]),
    "row 1, column 1: left not allowed, down −1.0; best: down",
  );
  assert.match(read(barred, [0.9, 0.1]), /best: left$/);
  assert.equal(read(message, [0.9, 0.9]), "row 2, column 2: the episode ends here");
});
