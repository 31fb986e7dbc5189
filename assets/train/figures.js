/** The numbers of the moment, and how far the run is. */

import { element } from "../shared/dom.js";

export class Figures {
  node = element("div", "figures");
  #list = element("dl");
  #values = new Map();
  #where = element("p");
  #budget = element("progress");

  constructor() {
    this.node.append(this.#list, this.#where, this.#budget);
    this.node.hidden = true;
  }

  /**
   * Show numbers by their names, the sentence under them and the share of the budget that ends the
   * run first; or none. They are as old as the status that the node is marked with.
   */
  update(figures) {
    this.node.hidden = !figures;
    if (!figures) return;
    const { numbers, status, where, budget } = figures;
    const names = Object.keys(numbers);
    if (names.join() !== [...this.#values.keys()].join()) this.#build(names);
    for (const [name, value] of Object.entries(numbers)) this.#values.get(name).data = value;
    this.node.dataset.status = status;
    this.#where.textContent = where;
    this.#budget.max = budget.total;
    this.#budget.value = budget.done;
    this.#budget.title = budget.name;
    this.#budget.setAttribute("aria-label", budget.name);
  }

  /** A place for the number of each name. */
  #build(names) {
    this.#values = new Map(names.map((name) => [name, document.createTextNode("")]));
    this.#list.replaceChildren(
      ...[...this.#values].map(([name, text]) =>
        element("div", "", element("dt", "", name), element("dd", "", text)),
      ),
    );
  }
}
