import assert from "node:assert/strict";
import test from "node:test";

import { pieces, plain } from "../../../assets/shared/ansi.js";

const ESCAPE = String.fromCharCode(27);

test("a colour holds until the code that ends it, and codes add to each other", () => {
  const text = `SF\n${ESCAPE}[41mF${ESCAPE}[1;32mG${ESCAPE}[0mH`;
  assert.deepEqual(pieces(text), [
    { text: "SF\n" },
    { text: "F", ground: "red" },
    { text: "G", ground: "red", ink: "green", bold: true },
    { text: "H" },
  ]);
});

test("a code without a number ends every style, and codes that move the cursor are left out", () => {
  const text = `${ESCAPE}[35mA${ESCAPE}[2JB${ESCAPE}[mC`;
  assert.deepEqual(pieces(text), [
    { text: "A", ink: "magenta" },
    { text: "B", ink: "magenta" },
    { text: "C" },
  ]);
});

test("a plain text is the same without its codes", () => {
  assert.equal(plain(`a${ESCAPE}[41mb${ESCAPE}[0m\nc`), "ab\nc");
});
