import assert from "node:assert/strict";
import test from "node:test";

import { columns, largest, wiresOf } from "../../../assets/learn/wiring.js";

test("layers stand from left to right, and their units fill the height", () => {
  const [first, , last] = columns([[1, 2], [3], [4, 5, 6, 7]], 100, 92);
  assert.equal(first.x, 6);
  assert.equal(last.x, 94);
  assert.equal(first.y(0), 26);
  assert.equal(last.y(3), 76);
  assert.equal(first.size, 14, "few units are not taller than that");
});

test("wires come as one list", () => {
  assert.deepEqual(wiresOf([0, 1, 0.5, 2, 3, -1]), [
    { from: 0, to: 1, weight: 0.5 },
    { from: 2, to: 3, weight: -1 },
  ]);
});

test("where all are 0 a share of the largest is 0, too", () => {
  assert.equal(largest([0, -3, 2]), 3);
  assert.equal(largest([0, 0]), 1);
  assert.equal(largest([]), 1);
});
