/** The project's own source beside the pictures, its lines marked with the symbols they make. */

import { element, withRole } from "../shared/dom.js";
import { _ } from "../shared/words.js";

export class Code {
  #list = element("div", "ms-source");
  /** @type {HTMLElement[]} */
  #lines = [];
  #shown = "";
  node = element("div", "", this.#list);

  constructor() {
    this.#list.tabIndex = 0;
    withRole(this.#list, "group", _("Source of Algorithm 1"));
  }

  /** @param {Messages.FunctionShown[]} functions */
  show(functions) {
    const shown = JSON.stringify(functions);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#lines = [];
    this.#list.replaceChildren(
      ...functions.map(({ title, place, lines }) =>
        element(
          "section",
          "",
          element("h4", "", title),
          element("p", "ms-place", place),
          element("pre", "", ...lines.map(([text, symbols]) => this.#line(text, symbols))),
        ),
      ),
    );
  }

  /**
   * @param {string} text
   * @param {string[]} symbols
   */
  #line(text, symbols) {
    const node = element("code", "", `${text}\n`);
    if (symbols.length) {
      node.dataset.symbol = symbols.join(" ");
      this.#lines.push(node);
    }
    return node;
  }

  /**
   * Bring the first line of a symbol into sight, without moving the page.
   *
   * @param {string} symbol
   */
  reveal(symbol) {
    const line = this.#lines.find((node) => node.dataset.symbol?.split(" ").includes(symbol));
    if (!line) return;
    const [own, list] = [line.getBoundingClientRect(), this.#list.getBoundingClientRect()];
    if (own.top >= list.top && own.bottom <= list.bottom) return;
    this.#list.scrollTop += own.top - list.top - list.height / 3;
  }
}
