import assert from "node:assert/strict";
import test from "node:test";

import { episodes, nearest, placeOf } from "../../../assets/learn/strip.js";

const memory = { oldest: 100, size: 10, ends: [103, 109], batch: [101, 108] };

test("transitions lie side by side over the whole width", () => {
  assert.equal(placeOf(100, memory, 200), 10);
  assert.equal(placeOf(109, memory, 200), 190);
});

test("an episode begins behind the end of the one before, and one under way has no end", () => {
  assert.deepEqual(episodes(memory), [
    [100, 104],
    [104, 110],
  ]);
  assert.deepEqual(episodes({ ...memory, ends: [103] }), [
    [100, 104],
    [104, 110],
  ]);
  assert.deepEqual(episodes({ oldest: 0, size: 0, ends: [] }), []);
});

test("a press picks the nearest transition of the batch", () => {
  assert.equal(nearest(0, memory, 200), 0);
  assert.equal(nearest(199, memory, 200), 1);
  assert.equal(nearest(5, { ...memory, batch: [] }, 200), -1);
});
