import assert from "node:assert/strict";
import test from "node:test";

test("what is asked again and again leaves time for an answer, however slow it is", async (t) => {
  globalThis.window = { addEventListener() {} };
  const { seldom } = await import("../../../assets/shared/messages.js");
  const asked = [];
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const ask = seldom((state) => asked.push([state, now]));
  for (; now < 60_000; now += 500) ask("finished");
  assert.deepEqual(
    asked,
    [0, 3_000, 9_000, 21_000, 45_000].map((at) => ["finished", at]),
  );
});
