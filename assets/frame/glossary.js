/** What the symbols mean that stand alone on the pages. */

const MEANINGS = {
  γ: "γ, the discount: what the next step's return is worth now.",
  ε: "ε, exploration: the share of actions that are chosen at random.",
  α: "α, the learning rate: how large a step an update makes.",
  τ: "τ: the share of the way to the online network that a target update goes.",
  δ: "δ, the TD error: the difference between a Q-value and its target.",
  θ: "θ, the weights of the online network.",
  "θ⁻": "θ⁻, the weights of the target network.",
  β: "β: how much prioritised replay makes up for what it draws too often.",
  ω: "ω: how much prioritised replay goes by the TD error.",
  σ: "σ, the size of the noise on the weights.",
  "Q-values": "Q(s, a): the return that is expected after action a in state s.",
  Q: "Q(s, a): the return that is expected after action a in state s.",
};
const LONGEST = 60; // characters: a sentence explains itself
const MARKS = "[₀₋₊∞]*"; // below a symbol

const PATTERNS = Object.keys(MEANINGS).map((symbol) => ({
  symbol,
  pattern: new RegExp(`(?<![\\p{L}\\p{N}-])${symbol}${MARKS}(?![\\p{L}⁻-])`, "u"),
}));

/** A sentence for each symbol in a short text, in lines; "" where there is none. */
export function explained(text) {
  if (text.length > LONGEST) return "";
  const found = PATTERNS.filter(({ pattern }) => pattern.test(text));
  return [...new Set(found.map(({ symbol }) => MEANINGS[symbol]))].join("\n");
}
