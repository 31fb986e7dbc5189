import assert from "node:assert/strict";
import test from "node:test";

import { explained } from "../../../assets/frame/glossary.js";

test("a symbol that stands alone is explained, with what is below it too", () => {
  assert.match(explained("ε"), /^ε, exploration/);
  assert.match(explained("Discount γ"), /^γ, the discount/);
  assert.match(explained("α 0.003 → 0.001"), /learning rate/);
  assert.match(explained("ε start ε₀"), /exploration/);
  assert.match(explained("Online θ⁻"), /target network/);
});

test("each meaning comes once, and a letter of a word has none", () => {
  assert.equal(explained("Q and Q-values").split("\n").length, 1);
  assert.equal(explained("Question"), "");
  assert.equal(explained("DQN, γρ"), "");
  assert.equal(explained("Munchausen share αₘ"), "", "is no learning rate");
});

test("a sentence explains itself", () => {
  assert.equal(explained(`γ ${"is written about at length ".repeat(3)}`), "");
});
