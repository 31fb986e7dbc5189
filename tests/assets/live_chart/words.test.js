import assert from "node:assert/strict";
import test from "node:test";

import { kindOfMean, sentence } from "../../../assets/live_chart/words.js";

const takeaway = { quantity: "average return", unit: "", ceiling: 500 };

test("a curve in words says its value, the most possible, and where it goes", () => {
  const said = (value, before) => sentence(takeaway, { value, before, interval: null, members: 1 });
  assert.equal(said(312, 200), "average return 312 of 500, rising");
  assert.equal(said(312, 400), "average return 312 of 500, falling");
  assert.equal(said(312, 305), "average return 312 of 500, steady");
  assert.equal(said(312, NaN), "average return 312 of 500");
});

test("of few seeds none is cut off: what they agree on is called a mean", () => {
  assert.deepEqual([1, 3, 4].map(kindOfMean), [
    "one seed",
    "mean of 3 seeds",
    "interquartile mean of 4 seeds",
  ]);
});
