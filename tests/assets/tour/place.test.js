import assert from "node:assert/strict";
import test from "node:test";

import { placed } from "../../../assets/tour/place.js";

const view = { width: 1000, height: 700 };
const card = { width: 300, height: 150 };

test("the card lies below what it speaks of, else above it", () => {
  assert.deepEqual(placed({ left: 100, top: 50, width: 200, height: 40 }, card, view), {
    left: 100,
    top: 102,
  });
  assert.deepEqual(placed({ left: 100, top: 600, width: 200, height: 40 }, card, view), {
    left: 100,
    top: 438,
  });
});

test("beside what fills the height it lies at the lower edge", () => {
  assert.deepEqual(placed({ left: 0, top: 0, width: 200, height: 700 }, card, view), {
    left: 212,
    top: 538,
  });
});

test("it is never beyond an edge", () => {
  assert.equal(placed({ left: 950, top: 50, width: 40, height: 40 }, card, view).left, 688);
  const phone = { width: 360, height: 300 };
  assert.deepEqual(
    placed({ left: 0, top: 0, width: 360, height: 300 }, { width: 336, height: 320 }, phone),
    {
      left: 12,
      top: 12,
    },
  );
});
