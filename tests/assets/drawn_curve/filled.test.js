import assert from "node:assert/strict";
import test from "node:test";

import { filled } from "../../../assets/drawn_curve/filled.js";

test("what a fast pointer jumps over lies on a line between its neighbours", () => {
  assert.deepEqual(filled([0, null, null, 0.75]), [0, 0.25, 0.5, 0.75]);
});

test("beside what was drawn a curve goes on at the same height", () => {
  assert.deepEqual(filled([null, 0.5, 1, null]), [0.5, 0.5, 1, 1]);
});

test("where nothing was drawn there is nothing to fill", () => {
  assert.deepEqual(filled([null, null]), [null, null]);
});
