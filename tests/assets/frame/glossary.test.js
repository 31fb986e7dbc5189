import assert from "node:assert/strict";
import test from "node:test";

import { Glossary } from "../../../assets/frame/glossary.js";

const glossary = new Glossary({
  γ: "the discount",
  ε: "exploration",
  α: "the learning rate",
  θ: "online",
  "θ⁻": "target",
  "Q-values": "expected",
  Q: "expected",
});
const explained = (text) => glossary.explained(text);

test("a symbol that stands alone is explained, with what is below it too", () => {
  assert.match(explained("ε"), /^exploration$/);
  assert.match(explained("Discount γ"), /^the discount$/);
  assert.match(explained("α 0.003 → 0.001"), /learning rate/);
  assert.match(explained("ε start ε₀"), /exploration/);
  assert.match(explained("Online θ⁻"), /^target$/);
});

test("each meaning comes once, and a letter of a word has none", () => {
  assert.equal(explained("Q and Q-values").split("\n").length, 1);
  assert.equal(explained("Question"), "");
  assert.equal(explained("DQN, γρ"), "");
  assert.equal(explained("Munchausen share αₘ"), "", "is no learning rate");
});

test("a symbol in a line of Chinese stands alone without a space", () => {
  assert.equal(explained("折扣因子γ"), "the discount");
});

test("a sentence explains itself", () => {
  assert.equal(explained(`γ ${"is written about at length ".repeat(3)}`), "");
});
