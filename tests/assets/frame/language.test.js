import assert from "node:assert/strict";
import test from "node:test";

import tell from "../../../assets/frame/language.js";

test("a language is written where it is another one: all elements are styled anew each time", () => {
  const written = [];
  const documentElement = {
    get lang() {
      return written.at(-1) ?? "en";
    },
    set lang(language) {
      written.push(language);
    },
  };
  globalThis.document = { documentElement };
  for (const language of ["en", "zh", "zh", "en"]) tell({ language, is_chosen: false });
  assert.deepEqual(written, ["zh-CN", "en"]);
});
