import assert from "node:assert/strict";
import test from "node:test";

import { unpacked } from "../../../assets/shared/envelope.js";
import { packed } from "../messages.js";

test("a header comes back with the bytes after it, wherever the message lies in memory", () => {
  const message = packed({ name: "γ", values: [1, null] }, Uint8Array.of(7, 8, 9));
  const shifted = new Uint8Array([0, 0, 0, ...message]).subarray(3);
  for (const bytes of [message, shifted]) {
    const { header, body } = unpacked(bytes);
    assert.deepEqual(header, { name: "γ", values: [1, null] });
    assert.deepEqual([...body], [7, 8, 9]);
  }
});
