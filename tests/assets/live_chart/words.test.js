import assert from "node:assert/strict";
import test from "node:test";

import { kindOfMean, legendOfLines, sentence } from "../../../assets/live_chart/words.js";

const takeaway = { quantity: "average return", ceiling: 500 };

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

const curve = (spec, seeds = 1) => ({
  spec: { kind: "average", color: "return", singles: true, ...spec },
  empty: false,
  averagesLogarithms: false,
  several: seeds > 1,
  seeds,
});

test("what the lines of one run mean is said with its seeds", () => {
  assert.equal(
    legendOfLines([curve({})], 0.9),
    "Faint: each value. Bold: its exponential average with weight 0.9.",
  );
  assert.match(legendOfLines([curve({}, 8)], 0.9), /Bold: the interquartile mean of 8 seeds\./);
});

test("what the lines of several runs mean names no number of seeds, of which each has its own", () => {
  const runs = [curve({ color: 0, singles: false }, 5), curve({ color: 1, singles: false }, 8)];
  const words = legendOfLines(runs, 0.9);
  assert.match(words, /^Bold: the exponential average with weight 0.9; of several seeds/);
  assert.match(words, /Shaded: its 95\u202f% bootstrap interval, with so few seeds/);
  const one = [curve({ color: 0 }), curve({ color: 1 })];
  assert.equal(
    legendOfLines(one, 0.9),
    "Faint: each value or seed. Bold: the exponential average with weight 0.9.",
  );
});
