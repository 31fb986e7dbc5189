import assert from "node:assert/strict";
import { test } from "node:test";
import { binned, reach } from "../../../assets/shared/distribution.js";

const sum = (values) => values.reduce((a, b) => a + b);
const mean = (bins, low, high) =>
  sum(bins.map((share, i) => share * (low + ((i + 0.5) / bins.length) * (high - low))));

test("what is drawn has all of the probability, and its mean, where the scale holds it", () => {
  const bins = binned(
    [
      [2, 5, 5.3, 9],
      [0.1, 0.4, 0.3, 0.2],
    ],
    0,
    10,
  );
  assert.ok(Math.abs(sum(bins) - 1) < 1e-12);
  assert.ok(Math.abs(mean(bins, 0, 10) - (0.2 + 2 + 1.59 + 1.8)) < 1e-9);
});

test("equal atoms are drawn flat, though they are not as many as there are bins", () => {
  const atoms = Array.from({ length: 51 }, (_, i) => 2 * i);
  const bins = binned([atoms, atoms.map(() => 1 / 51)], 0, 100).slice(2, -2);
  assert.ok(Math.max(...bins) < 1.1 * Math.min(...bins));
});

test("the scale leaves out what is hardly probable, and keeps each of many equal quantiles", () => {
  assert.deepEqual(
    reach([
      [
        [0, 50, 100],
        [0.001, 0.5, 0.499],
      ],
    ]),
    [50, 100],
  );
  const many = Array.from({ length: 255 }, (_, i) => i);
  assert.deepEqual(reach([[many, many.map(() => 1 / 255)]]), [0, 254]);
});

test("a distribution on one point does not divide by a scale of no length", () => {
  assert.ok(
    binned(
      [
        [3, 3],
        [0.5, 0.5],
      ],
      3,
      3,
    ).every(Number.isFinite),
  );
});
