import assert from "node:assert/strict";
import test from "node:test";

import { Reel } from "../../../assets/player/reel.js";

const HEAD = {
  id: "film",
  kind: "none",
  gamma: 0.5,
  terminated: true,
  observation_labels: ["angle"],
  observation_limits: [[-1, 1]],
  action_labels: ["left", "right"],
  failing: [0],
};

// action, reward, observation, Q of left and of right; the last moment has neither of the first two
const MOMENTS = [
  [1, 1, 0, 2, 3],
  [0, 1, 0.9, 5, 1],
  [1, 4, 0.5, -1, 0],
  [NaN, NaN, 1.2, 0, 0],
];

/** The part of the film from moment `start` to before `end`. */
function append(reel, start, end, more = {}) {
  const rows = MOMENTS.slice(start, end);
  const head = { ...HEAD, ...more, start, count: rows.length, sizes: [] };
  reel.append(head, new Uint8Array(Float64Array.from(rows.flat()).buffer));
}

function whole(more = {}) {
  const reel = new Reel({ ...HEAD, ...more }, 4);
  append(reel, 0, 4, { ...more, state: "finished" });
  return reel;
}

test("parts that overlap are one film, and a part with a gap before it is left alone", () => {
  const reel = new Reel(HEAD, 4);
  append(reel, 0, 2);
  append(reel, 3, 4);
  assert.equal(reel.length, 2);
  assert.ok(reel.recording);
  append(reel, 1, 4, { state: "finished" });
  assert.equal(reel.length, 4);
  assert.ok(!reel.recording);
  assert.deepEqual(
    [0, 1, 2, 3].map((t) => reel.observation(t)[0]),
    [0, 0.9, 0.5, 1.2],
  );
});

test("of very many actions those with the largest Q are shown, and the one that is taken", () => {
  const action_labels = ["a", "b", "c", "d", "e", "f"];
  const reel = new Reel({ ...HEAD, action_labels }, 4);
  const rows = [5, 1, 0, 5, NaN, 3, 9, 3, -1, NaN, NaN, 0, 5, NaN, 3, 9, 3, NaN];
  const head = { ...HEAD, action_labels, start: 0, count: 2, sizes: [] };
  reel.append(head, new Uint8Array(Float64Array.from(rows).buffer));
  assert.deepEqual(reel.largest(0, 6), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(reel.largest(0, 3), [0, 3, 5], "the last one is taken");
  assert.deepEqual(reel.largest(1, 3), [0, 2, 3]);
  assert.deepEqual(reel.largest(1, 5), [0, 1, 2, 3, 4], "first what is allowed");
});

test("an action that was not allowed has no Q, and is neither best nor second", () => {
  const reel = new Reel({ ...HEAD, action_labels: ["left", "right", "jump"] }, 4);
  const rows = [0, 1, 0, 2, 5, NaN, 1, 1, 0, 2, NaN, NaN];
  const head = { ...HEAD, action_labels: reel.action_labels, start: 0, count: 2, sizes: [] };
  reel.append(head, new Uint8Array(Float64Array.from(rows).buffer));
  assert.deepEqual([reel.maxQ(0), reel.margin(0), reel.maxQ(1), reel.margin(1)], [5, 3, 2, 0]);
  assert.deepEqual(
    [reel.isGreedy(0, 1), reel.isGreedy(0, 0), reel.isGreedy(1, 0)],
    [true, false, true],
  );
  assert.deepEqual([reel.lowestQ, reel.highestQ], [0, 5]);
});

test("a reward belongs to the moment that it led to", () => {
  const reel = whole();
  assert.deepEqual(
    [0, 1, 2, 3].map((t) => reel.reward(t)),
    [undefined, 1, 1, 4],
  );
  assert.deepEqual(reel.returns.slice(0, 4), [0, 1, 2, 6]);
});

test("an action is greedy where no other has a larger Q, and at the end there is none", () => {
  const reel = whole();
  assert.deepEqual(
    [0, 1, 2].map((t) => reel.isGreedy(t, reel.action(t))),
    [true, true, true],
  );
  assert.ok(!reel.isGreedy(1, 1));
  assert.equal(reel.action(3), undefined);
  assert.deepEqual([reel.margin(0), reel.margin(1)], [1, 4]);
  assert.deepEqual([reel.lowestQ, reel.highestQ], [-1, 5], "the scale of Q holds zero, too");
});

test("what was obtained is the discounted sum of the rewards that came after", () => {
  assert.deepEqual(whole().obtained(), [1 + 0.5 * 1 + 0.25 * 4, 1 + 0.5 * 4, 4, 0]);
});

test("after a time limit rewards could have come, after a failure none", () => {
  assert.deepEqual(
    [whole().weightAfterEnd(1), whole({ terminated: false }).weightAfterEnd(1)],
    [0, 0.25],
  );
});

test("the largest gap is where prediction and outcome, both without what follows, differ most", () => {
  // predicted 3, 5, 0 against 2.5, 3, 4
  assert.deepEqual(whole().largestGap(), { t: 2, value: 4 });
});

test("failure is nearest where the observation is closest to a limit", () => {
  assert.equal(whole().nearestToFailure().t, 1);
  assert.equal(whole({ failing: [] }).nearestToFailure().t, 2, "without limits, max Q is smallest");
});

test("a component that begins at a limit says nothing about failing", () => {
  assert.equal(whole({ observation_limits: [[0, 2]] }).nearestLimit(1), undefined);
});

test("a film with distributions gives each action's returns and their probabilities", () => {
  const reel = new Reel({ ...HEAD, atoms: 2 }, 4);
  const row = [1, 1, 0, 2, 3, ...[-4, 8, 2, 4], ...[0.5, 0.5, 0.5, 0.5]];
  const head = { ...HEAD, atoms: 2, start: 0, count: 1, sizes: [] };
  reel.append(head, new Uint8Array(Float64Array.from(row).buffer));
  assert.deepEqual(Array.from(reel.q(0)), [2, 3]);
  const found = reel.distributions(0).map((parts) => parts.map((part) => Array.from(part)));
  assert.deepEqual(found, [
    [
      [-4, 8],
      [0.5, 0.5],
    ],
    [
      [2, 4],
      [0.5, 0.5],
    ],
  ]);
  assert.deepEqual([reel.lowestQ, reel.highestQ], [0, 3]);
  assert.deepEqual([reel.lowestReturn, reel.highestReturn], [-4, 8], "the bars' scale holds all");
});
