import assert from "node:assert/strict";
import test from "node:test";

import { pose, Replay } from "../../../assets/play/duel_physics.js";

const episode = { positions: [0, 1, 4], angles: [0, 0.1, -0.1], terminated: true };

test("a replay is over at its last moment, and terminated only there", () => {
  const replay = new Replay(episode);
  const seen = [0, 1, 2].map((step) => {
    if (step) replay.step();
    return [replay.steps, replay.over, replay.terminated];
  });
  assert.deepEqual(seen, [
    [0, false, false],
    [1, false, false],
    [2, true, true],
  ]);
});

test("between two moments a replay is on the straight line, and at the last one it stays", () => {
  const replay = new Replay(episode);
  replay.step();
  assert.deepEqual(replay.pose(0), [1, 0.1]);
  assert.equal(replay.pose(0.5)[0], 2.5);
  replay.step();
  assert.deepEqual(replay.pose(0.5), [4, -0.1]);
});

test("between two steps a game moves at its speeds", () => {
  const game = { state: [1, 2, 0.1, -0.5], physics: { tau: 0.02 } };
  const [x, angle] = pose(game, 0.5);
  assert.ok(Math.abs(x - 1.02) < 1e-12);
  assert.ok(Math.abs(angle - 0.095) < 1e-12);
});
