import assert from "node:assert/strict";
import test from "node:test";

import { Mounted } from "../../../assets/shared/component.js";
import { _, language, n_, phrase, speak } from "../../../assets/shared/words.js";

const CHINESE = { "{count} steps of {name}": "{name} 的 {count} 步", "1 seed": "{count} 个种子" };

/** Have the page speak `name`, as a server would that has the words above. */
async function spoken(name) {
  globalThis.fetch = async () => ({ json: async () => CHINESE });
  await speak(name);
}

test("the code's own words are English, and stand where there are no others", async () => {
  await spoken("en");
  assert.equal(_("{count} steps of {name}", { count: 3, name: "γ" }), "3 steps of γ");
  assert.equal(n_("1 seed", "{count} seeds", 1), "1 seed");
  assert.equal(n_("1 seed", "{count} seeds", 5), "5 seeds");
  assert.equal(_("a {brace} of nobody's"), "a {brace} of nobody's");
  assert.equal(phrase("kept"), "kept");
});

test("in another language a text has the holes in another order, and no plural", async () => {
  await spoken("zh");
  assert.equal(_("{count} steps of {name}", { count: 3, name: "γ" }), "γ 的 3 步");
  assert.equal(n_("1 seed", "{count} seeds", 1), "1 个种子");
  assert.equal(_("never said"), "never said");
});

test("where the server is away the page goes on in English", async () => {
  await spoken("en");
  globalThis.fetch = () => Promise.reject(new Error("away"));
  await speak("zh");
  assert.equal(language(), "zh");
  assert.equal(_("{count} steps of {name}", { count: 3, name: "γ" }), "3 steps of γ");
});

test("a component is made anew where the page speaks another language", async () => {
  const seen = [];
  class Noted {
    constructor() {
      seen.push(language());
    }
    render() {}
    dispose() {
      seen.push("gone");
    }
  }
  const mounted = new Mounted(Noted);
  const parentElement = { isConnected: true, replaceChildren: () => seen.push("empty") };
  await spoken("en");
  mounted.render({ parentElement });
  mounted.render({ parentElement });
  await spoken("zh");
  mounted.render({ parentElement });
  assert.deepEqual(seen, ["en", "gone", "empty", "zh"]);
});
