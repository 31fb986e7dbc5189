import assert from "node:assert/strict";
import test from "node:test";

import { decimals, distinct, fixed, place } from "../../../assets/shared/numbers.js";

test("a number with fixed digits has groups, the sign of print, and no minus before a zero", () => {
  assert.deepEqual(
    [
      [1234.5, 1],
      [-0.25, 2],
      [-0.001, 2],
      [2, 3],
    ].map(([value, digits]) => fixed(value, digits)),
    ["1,234.5", "−0.25", "0.00", "2.000"],
  );
});

test("places on an axis have the digits that tell hundredths of its range apart", () => {
  assert.deepEqual(
    [4.8, 48, 480, 0.42].map((span) => place(0.125, span)),
    ["0.13", "0.1", "0", "0.125"],
  );
});

test("values in a range have two significant digits, or what tells them apart", () => {
  assert.deepEqual(
    [83, 8.3, 0.83, 0.083].map((value) => distinct(value, 100)),
    ["83", "8.3", "0.8", "0.1"],
    "next to 100, hundredths say nothing",
  );
  assert.equal(distinct(50.123, 0.1), "50.12", "in a narrow range, they do");
  assert.equal(distinct(3, 0), "3", "where all are alike, there is nothing to tell apart");
});

test("the larger the largest value is, the fewer decimals all of them have", () => {
  assert.deepEqual([0, 0.5, 12, 120, 1200].map(decimals), [3, 3, 2, 1, 0]);
  assert.deepEqual([0.05, 0.0005, 1e-9].map(decimals), [4, 6, 6], "a small one is not 0.000");
});
