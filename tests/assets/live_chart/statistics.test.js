import assert from "node:assert/strict";
import test from "node:test";

import {
  Average,
  Bootstrap,
  Consensus,
  interpolate,
  interquartileMean,
  lowerBound,
  thin,
} from "../../../assets/live_chart/statistics.js";
import { normal, uniform } from "../samples.js";

const averages = (values, weight, log) => {
  const average = new Average(weight, log);
  return values.map((value) => average.next(value));
};

function assertClose(found, expected, tolerance = 1e-9) {
  assert.equal(found.length, expected.length);
  found.forEach((value, i) => {
    const both = Number.isNaN(value) && Number.isNaN(expected[i]);
    const near = Math.abs(value - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i]));
    assert.ok(both || near, `${value} is not ${expected[i]} at ${i}`);
  });
}

test("an average is the weighted mean of all values so far", () => {
  const values = normal(300, 1, 5, 2);
  for (const weight of [0, 0.9, 0.99]) {
    const expected = values.map((_, t) => {
      const weights = values.slice(0, t + 1).map((_, i) => weight ** (t - i));
      const total = weights.reduce((a, b) => a + b);
      return weights.reduce((sum, w, i) => sum + w * values[i], 0) / total;
    });
    assertClose(averages(values, weight), expected);
  }
});

test("an average skips what is not finite", () => {
  assertClose(averages([1, NaN, Infinity, 1], 0.9), [1, NaN, NaN, 1]);
});

test("an average on a logarithmic axis is the geometric one of what is positive", () => {
  const logs = [2, (0.5 * 2 + -2) / 1.5, (0.25 * 2 + 0.5 * -2 + -2) / 1.75];
  const expected = [10 ** logs[0], NaN, 10 ** logs[1], NaN, 10 ** logs[2]];
  assertClose(averages([100, 0, 1e-2, -1, 1e-2], 0.5, true), expected);
});

test("the first place of a value among equal ones is found, and the end where all are smaller", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 5, 6].map((value) => lowerBound([1, 3, 3, 5], value)),
    [0, 0, 1, 1, 3, 4],
  );
});

test("between two points a curve is a straight line, and outside of them it has no value", () => {
  const at = (x) => interpolate([10, 20, 40], [1, 3, -1], x);
  assertClose([10, 15, 20, 30, 40].map(at), [1, 2, 3, 1, -1]);
  assertClose([9, 41].map(at), [NaN, NaN]);
});

test("a thinned curve keeps extremes, edges and gaps, and the points that it has shown", () => {
  const y = normal(20_000, 2);
  [y[1234], y[4321]] = [50, -50];
  y.fill(NaN, 8000, 9000);
  const thinned = (values, range) =>
    thin(
      values.map((_, i) => i),
      values,
      range,
      1000,
    );
  const kept = thinned(y, [0, 20_000]);
  assert.ok(kept.x.length <= 1100);
  assert.ok(kept.x.includes(1234) && kept.x.includes(4321));
  assert.ok(kept.x.every((x, i) => i === 0 || x > kept.x[i - 1]));
  assert.deepEqual(
    kept.y,
    kept.x.map((x) => y[x]),
  );
  const gap = kept.x.filter((x) => x > 8050 && x < 8950);
  assert.ok(gap.length > 0 && gap.every((x) => Number.isNaN(y[x])));

  const few = thinned(y, [100, 200]).x;
  assert.deepEqual([few[0], few.at(-1), few.length], [99, 201, 103], "one point beyond either end");

  const longer = [...y, ...Array.from({ length: 500 }, (_, i) => i)];
  const old = (x) => x.filter((at) => at < 19_900);
  assert.deepEqual(old(thinned(longer, [0, 20_500]).x), old(kept.x));
});

/** The mean of the middle half, of values in any order. */
function meanOfTheMiddle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const middle = sorted.slice(cut, sorted.length - cut);
  return middle.reduce((a, b) => a + b) / middle.length;
}

test("an interval is that of resampled interquartile means", () => {
  for (const size of [1, 2, 3, 4, 5, 8, 16]) {
    const values = Float64Array.from(normal(size, size, 300, 50)).sort();
    assertClose([interquartileMean(values)], [meanOfTheMiddle(values)]);

    const next = uniform(99 + size);
    const pick = () => values[Math.floor(next() * size)];
    const resample = () => meanOfTheMiddle(Array.from({ length: size }, pick));
    const means = Array.from({ length: 20_000 }, resample).sort((a, b) => a - b);
    const interval = new Bootstrap(size, 20_000).interval(values);
    assert.ok(Math.abs(interval[0] - means[500]) < 4, `${size}: ${interval[0]}, ${means[500]}`);
    assert.ok(
      Math.abs(interval[1] - means[19_499]) < 4,
      `${size}: ${interval[1]}, ${means[19_499]}`,
    );
  }
});

test("an interval is the same each time that it is asked for", () => {
  const values = Float64Array.from([1, 2, 5, 9]);
  assert.deepEqual(new Bootstrap(4).interval(values), new Bootstrap(4).interval(values));
});

test("what members agree on goes to the slowest one's end and keeps its past", () => {
  const consensus = new Consensus();
  const member = (length, slope) => ({
    x: Float64Array.from({ length }, (_, i) => 10 * i),
    y: Float64Array.from({ length }, (_, i) => 10 * i * slope),
  });
  const points = () =>
    Array.from(consensus.x.values, (x, i) => [
      x,
      ...["mean", "low", "high"].map((name) => consensus[name].values[i]),
    ]);
  const seen = [30, 40, 300, 3000].map((length) => {
    assert.ok(consensus.extend([member(length, 1), member(length + 9, 2), member(length, 6)]));
    const end = 10 * (length - 1);
    assert.ok(consensus.x.length <= 400);
    assert.ok(consensus.x.values.at(-1) > 0.98 * end && consensus.x.values.at(-1) <= end);
    return points();
  });
  for (const [x, mean, low, high] of seen.flat()) {
    assertClose([mean], [3 * x]); // no cut with three members
    assert.ok(low < mean && mean < high);
  }
  const later = new Set(seen[1].map(String));
  assert.ok(seen[0].every((point) => later.has(String(point))));
});
