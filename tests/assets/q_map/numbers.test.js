import assert from "node:assert/strict";
import test from "node:test";

import { draw, layout } from "../../../assets/q_map/grid.js";

const THEME = {
  font: "sans",
  text: "#111111",
  background: "#ffffff",
  faint: "#eeeeee",
  ramps: {
    value: [
      [240, 247, 245],
      [1, 68, 62],
    ],
  },
};
// up, right, down, left
const DIRECTIONS = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
];

/** A context that draws nothing; `texts` has the box of each number, `circles` those of arrows. */
function recorder() {
  const texts = [];
  const circles = [];
  let font = 10;
  const measure = (text) => 0.56 * font * text.length;
  const context = {
    texts,
    circles,
    set font(words) {
      font = Number(/(\d+)px/.exec(words)[1]);
    },
    measureText: (text) => ({ width: measure(text) }),
    fillText: (text, x, y) => {
      if (/\d/.test(text)) texts.push({ text, x, y, width: measure(text), height: font });
    },
    arc: (x, y, radius) => circles.push({ x, y, radius }),
  };
  return new Proxy(context, { get: (target, name) => target[name] ?? (() => {}) });
}

const overlap = (a, b) =>
  Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2;

for (const columns of [5, 8, 12]) {
  test(`numbers in the squares of a grid of ${columns} collide with nothing`, () => {
    const q = Float32Array.of(-771.25, -12.5, -0.125, -99.75);
    for (const width of [200, 360, 520, 700, 1200]) {
      const message = {
        rows: 1,
        columns: 1,
        actions: ["up", "right", "down", "left"],
        directions: DIRECTIONS,
        range: [-771.25, -0.125],
        letters: [""],
        ended: [false],
        visits: [1],
        walls: [false],
        q,
      };
      const { side } = layout(width, { rows: columns, columns });
      const context = recorder();
      draw(context, { plot: { left: 0, top: 0 }, side }, message, THEME, null, null);
      const [arrow] = context.circles;
      const circle = { ...arrow, width: 2 * arrow.radius, height: 2 * arrow.radius };
      assert.ok([0, 4].includes(context.texts.length), "either all of them or none");
      if (width === 1200) assert.equal(context.texts.length, 4, "there is room");
      for (const one of context.texts) {
        assert.ok(one.x - one.width / 2 >= 0 && one.x + one.width / 2 <= side, "in its square");
        assert.ok(!overlap(one, circle), `${one.text} at ${width} meets the arrow`);
        for (const other of context.texts) {
          assert.ok(one === other || !overlap(one, other), `${one.text} meets ${other.text}`);
        }
      }
    }
  });
}
