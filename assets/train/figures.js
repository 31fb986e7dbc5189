/** The numbers of the moment, and how far the run is. */

import { element } from "../shared/dom.js";

export class Figures {
  node = element("div", "figures");
  #list = element("dl");
  /** @type {Map<string, [label: Text, number: Text]>} */
  #texts = new Map();
  #where = element("p");
  #budget = element("progress");

  constructor() {
    this.node.append(this.#list, this.#where, this.#budget);
    this.node.hidden = true;
  }

  /**
   * Show numbers under their labels, the sentence under them and the share of the budget that ends
   * the run first; or none. They are of the same moment as the status that marks the node.
   *
   * @param {Messages.FiguresShown | null} figures
   */
  update(figures) {
    this.node.hidden = !figures;
    if (!figures) return;
    const { numbers, status, where, budget } = figures;
    const ids = Object.keys(numbers);
    if (ids.join() !== [...this.#texts.keys()].join()) this.#build(ids);
    for (const [id, words] of Object.entries(numbers)) {
      this.#texts.get(id)?.forEach((text, i) => (text.data = words[i]));
    }
    this.node.dataset.status = status;
    this.#where.textContent = where;
    this.#budget.max = budget.total;
    this.#budget.value = budget.done;
    this.#budget.title = budget.name;
    this.#budget.setAttribute("aria-label", budget.name);
  }

  /**
   * A place for the label of each number, and for itself.
   *
   * @param {string[]} ids
   */
  #build(ids) {
    const text = () => document.createTextNode("");
    this.#texts = new Map(ids.map((id) => [id, [text(), text()]]));
    this.#list.replaceChildren(
      ...[...this.#texts.values()].map(([label, number]) =>
        element("div", "", element("dt", "", label), element("dd", "", number)),
      ),
    );
  }
}
