/** What the symbols mean that stand alone on the pages. */

const LONGEST = 60; // characters: a sentence explains itself
const LETTERS = "\\p{Script=Latin}\\p{Script=Greek}"; // of a word: Chinese has no space before a symbol
const MARKS = "[₀₋₊∞]*"; // below a symbol

export class Glossary {
  #entries;

  /**
   * `meanings` has a sentence for each symbol.
   *
   * @param {Record<string, string>} meanings
   */
  constructor(meanings) {
    this.#entries = Object.entries(meanings).map(([symbol, meaning]) => ({
      meaning,
      pattern: new RegExp(`(?<![${LETTERS}\\p{N}-])${symbol}${MARKS}(?![${LETTERS}⁻-])`, "u"),
    }));
  }

  /**
   * A sentence for each symbol in a short text, in lines; "" where there is none.
   *
   * @param {string} text
   */
  explained(text) {
    if (text.length > LONGEST) return "";
    const found = this.#entries.filter(({ pattern }) => pattern.test(text));
    return [...new Set(found.map(({ meaning }) => meaning))].join("\n");
  }
}
