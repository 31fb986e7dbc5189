/** Pointing at a symbol lights it wherever it is, and says what it means. */

import { button, element, setText, withRole } from "../shared/dom.js";
import { _, phrase } from "../shared/words.js";

const POINT = phrase(
  "Point at a symbol or a number, or choose one here: its number, its place and its line are lit.",
);

export class Symbols {
  #root;
  #reveal;
  /** @type {Map<string, string>} */
  #meanings = new Map();
  #pinned = "";
  #chips = element("div", "ms-chips");
  #meaning = withRole(element("p", "ms-meaning", _(POINT)), "status");
  node = element("div", "ms-symbols", this.#chips, this.#meaning);

  /**
   * Whatever in `root` names a symbol is lit; `reveal(symbol)` shows its line.
   *
   * @param {HTMLElement} root
   * @param {(symbol: string) => void} reveal
   */
  constructor(root, reveal) {
    this.#root = root;
    this.#reveal = reveal;
    root.addEventListener("pointerover", ({ target }) =>
      this.#light(symbolAt(target) || this.#pinned),
    );
    root.addEventListener("pointerleave", () => this.#light(this.#pinned));
    root.addEventListener("focusin", ({ target }) => {
      if (target instanceof Node && this.#chips.contains(target)) this.#light(symbolAt(target));
    });
    root.addEventListener("focusout", () => this.#light(this.#pinned));
  }

  /**
   * Of the `symbols`, by id, sign and meaning, those of this run's algorithm.
   *
   * @param {Messages.MicroscopeData["symbols"][number][]} symbols
   * @param {Messages.FunctionShown[]} functions
   */
  show(symbols, functions) {
    this.#meanings = new Map(symbols.map(([id, , meaning]) => [id, meaning]));
    const made = new Set(functions.flatMap(({ lines }) => lines.flatMap(([, of]) => of)));
    const shown = symbols.filter(([id]) => made.has(id));
    const ids = shown.map(([id]) => id);
    if (
      ids.join() ===
      [...this.#chips.children].map((chip) => chip.getAttribute("data-symbol")).join()
    )
      return;
    this.#chips.replaceChildren(
      ...shown.map(([id, sign]) => {
        const chip = button("ms-chip", _("Show {sign}", { sign }), () => this.#pin(id), sign);
        chip.dataset.symbol = id;
        chip.setAttribute("aria-pressed", "false");
        return chip;
      }),
    );
  }

  /** @param {string} id */
  #pin(id) {
    this.#pinned = this.#pinned === id ? "" : id;
    for (const chip of this.#chips.children) {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("data-symbol") === this.#pinned));
    }
    this.#light(this.#pinned || id);
  }

  /** @param {string} symbol */
  #light(symbol) {
    /** @type {NodeListOf<HTMLElement>} */
    const nodes = this.#root.querySelectorAll("[data-symbol]");
    for (const node of nodes) {
      node.classList.toggle(
        "ms-lit",
        symbol !== "" && (node.dataset.symbol ?? "").split(" ").includes(symbol),
      );
    }
    setText(this.#meaning, this.#meanings.get(symbol) ?? _(POINT));
    if (symbol) this.#reveal(symbol);
  }

  /** Light again what was made anew. */
  again() {
    if (this.#pinned) this.#light(this.#pinned);
  }
}

/** @param {EventTarget | null} target */
function symbolAt(target) {
  const node = target instanceof Element ? target.closest("[data-symbol]") : null;
  return (node?.getAttribute("data-symbol") ?? "").split(" ")[0];
}
