/** The update: the equations of the chosen transition with its numbers in them. */

import { Curve, reach, showAll } from "../shared/distribution.js";
import { element, setText, withRole } from "../shared/dom.js";
import { _ } from "../shared/words.js";

export class Update {
  #none = element("p", "ms-quiet");
  #words = element("div", "ms-sentences");
  #lines = element("div", "ms-lines");
  #table = element("table", "ms-numbers");
  #curves = [new Curve(), new Curve()];
  #distributions = withRole(element("figure", "ms-distributions"), "img");
  #all = element("div", "", this.#lines, this.#table, this.#distributions, this.#words);
  node = element("div", "", this.#none, this.#all);

  constructor() {
    const names = [_("Z(s, a), as it was believed"), _("its target")];
    this.#distributions.dataset.symbol = "distribution";
    this.#distributions.append(
      ...this.#curves.flatMap(({ node }, i) => [element("figcaption", "", names[i]), node]),
    );
  }

  /**
   * @param {Messages.UpdateShown | null} update
   * @param {string} waiting why there is none
   */
  show(update, waiting) {
    setText(this.#none, waiting);
    this.#none.hidden = update !== null;
    this.#all.hidden = update === null;
    if (!update) return;
    this.#words.replaceChildren(...update.words.map((text) => element("p", "", text)));
    this.#lines.replaceChildren(
      ...update.lines.map((line) =>
        element("p", "ms-line", ...line.map(([text, symbol]) => piece(text, symbol))),
      ),
    );
    this.#values(update);
    const { distributions } = update;
    this.#distributions.hidden = distributions.length === 0;
    this.#distributions.setAttribute("aria-label", update.spread);
    if (distributions.length) showAll(this.#curves, distributions, ...reach(distributions));
  }

  /**
   * What each network says of each action.
   *
   * @param {Messages.UpdateShown} update
   */
  #values({ actions, taken, best }) {
    const heads = [
      ["Q(s, ·)", "q"],
      ["Q⁻(s′, ·)", "next_q"],
      ["Q(s′, ·)", "argmax"],
    ];
    const shown = heads.slice(0, actions[0].length - 1);
    const head = element(
      "tr",
      "",
      element("th"),
      ...shown.map(([text, symbol]) => marked("th", text, symbol)),
    );
    const rows = actions.map(([label, ...values], index) =>
      element(
        "tr",
        "",
        element("th", "", label),
        ...shown.map(([, symbol], column) => {
          const cell = marked("td", values[column], symbol);
          cell.classList.toggle("ms-taken", index === (column ? best : taken));
          return cell;
        }),
      ),
    );
    this.#table.replaceChildren(element("thead", "", head), element("tbody", "", ...rows));
  }
}

/**
 * @param {string} text
 * @param {string} symbol
 */
function piece(text, symbol) {
  if (!symbol) return text;
  return marked("span", text, symbol);
}

/**
 * @param {"th" | "td" | "span"} tag
 * @param {string} text
 * @param {string} symbol
 */
function marked(tag, text, symbol) {
  const node = element(tag, "", text);
  node.dataset.symbol = symbol;
  return node;
}
