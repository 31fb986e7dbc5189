import assert from "node:assert/strict";
import test from "node:test";

import {
  letters,
  layout,
  placeLabels,
  plain,
  plotBox,
  yRange,
} from "../../../assets/live_chart/axes.js";

const shown = (...y) => [{ lines: { bold: { x: [], y } } }];
const linear = (more) => ({ y_scale: "linear", references: [], ...more });

test("the axis shows what the environment can give and any value beyond it", () => {
  const range = (references, ...y) =>
    yRange(linear({ y_range: [-800, 20], references }), shown(...y));
  const usual = range([], -700, 8);
  assert.ok(usual[0] < -800 && usual[1] > 20);
  assert.deepEqual(range([]), usual);
  assert.deepEqual(range([{ y: 475 }], -700, 8), usual, "an aim that is out of reach is not shown");
  const beyond = range([], -1234, 30);
  assert.ok(beyond[0] < -1234 && beyond[1] > 30);
  const [low] = range([], -801, 8);
  assert.ok(low > -820 && low < -801, "a hair beyond it leaves the axis as it is");
});

test("a free axis ends at round numbers around the curves and the reference lines", () => {
  assert.deepEqual(
    yRange(linear({ references: [{ y: 12 }] }), shown(3.1, null, NaN, 7)),
    [3, 12.5],
  );
  const [low, high] = yRange(linear(), shown(1000));
  assert.ok(low < 1000 && high > 1000, "a single value is not on the edge");
});

test("a logarithmic axis has powers of ten as its ends, and no place for zero", () => {
  const [low, high] = yRange({ y_scale: "log", references: [] }, shown(0, -3, 0.01, 100));
  assert.ok(low <= -2 && low > -3 && high >= 2 && high < 3);
});

test("of many changes the newest have their labels", () => {
  const changes = Array.from({ length: 9 }, (_, i) => ({
    x: 100 * (i + 1),
    label: `change number ${i + 1}`,
  }));
  const labels = placeLabels(changes, [0, 1000], { width: 500 });
  assert.deepEqual(labels[0], { x: 900, row: 0, left: true, label: "change number 9" });
  assert.ok(labels.length >= 2 && labels.length < changes.length);
});

test("where a label has no room, what was changed stands alone", () => {
  const changes = [100, 500].map((x) => ({ x, label: "learning rate 0.001 → 0.0003" }));
  const texts = placeLabels(changes, [0, 1000], { width: 420 }, 1, 1).map(({ label }) => label);
  assert.deepEqual(texts, ["learning rate 0.001 → 0.0003", "learning rate"]);
});

test("each row of labels takes its height from the plot", () => {
  const size = { width: 400, height: 300 };
  const [none, two] = [[], [{ row: 1 }]].map((labels) => plotBox(size, labels));
  assert.equal(two.top + two.height, none.top + none.height);
  assert.ok(two.height < none.height);
  assert.equal(two.width, none.width);
});

test("a reference line begins where its value did, on every axis", () => {
  const spec = linear({
    references: [
      { y: 2, label: "now", since: { env_step: 500, episode: 5 } },
      { y: 100, label: "always", since: null },
    ],
  });
  const size = { width: 400, height: 200 };
  const lines = (axis, x) =>
    layout({
      spec,
      theme: {},
      axis,
      size,
      ranges: { x, y: [0, 120] },
      changes: [],
      labels: [],
      dragmode: "zoom",
    }).shapes.map(({ y0, xref, x0 }) => [y0, xref, x0]);
  const always = [100, "paper", 0];
  assert.deepEqual(lines("env_step", [0, 1000]), [always, [2, "x", 500]]);
  assert.deepEqual(lines("episode", [0, 10]), [always, [2, "x", 5]]);
  assert.deepEqual(lines("env_step", [600, 1000]), [always, [2, "paper", 0]]);
  assert.deepEqual(lines("env_step", [0, 400]), [always]);
});

test("of two lines close together below the plot's edge, one has its label at the other end", () => {
  const spec = linear({
    references: [
      { y: 500, label: "optimum", since: null },
      { y: 475, label: "solved", since: null },
      { y: 22, label: "random", since: null },
    ],
  });
  const { shapes } = layout({
    spec,
    theme: { scale: 1 },
    axis: "env_step",
    size: { width: 300, height: 200 },
    ranges: { x: [0, 100], y: [0, 540] },
    changes: [],
    labels: [],
    dragmode: "zoom",
  });
  assert.deepEqual(
    shapes.map(({ label }) => [label.textposition, label.xanchor]),
    [
      ["start", "left"],
      ["end", "right"],
      ["start", "left"],
    ],
  );
});

test("what a name contains is no markup", () => {
  assert.equal(plain("<b> & 3 > 2"), "&lt;b&gt; &amp; 3 &gt; 2");
});

test("a label in Chinese takes the room that it needs, so that none lies on another", () => {
  assert.equal(letters("step 5"), 6);
  assert.equal(letters("第 5 步"), 6.4);
});
