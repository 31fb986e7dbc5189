/** The numbers of the moment, and how far the run is. */

const make = (tag, name = "") => Object.assign(document.createElement(tag), { className: name });

export class Figures {
  node = make("div", "figures");
  #list = make("dl");
  #values = new Map();
  #where = make("p");
  #budget = make("progress");

  constructor() {
    this.#budget.setAttribute("aria-label", "Step budget");
    this.node.append(this.#list, this.#where, this.#budget);
    this.node.hidden = true;
  }

  /**
   * Show numbers by their names, the sentence under them and the share of the budget; or none.
   * They are as old as the status that the node is marked with.
   */
  update(figures) {
    this.node.hidden = !figures;
    if (!figures) return;
    for (const [name, value] of Object.entries(figures.numbers)) this.#value(name).data = value;
    this.node.dataset.status = figures.status;
    this.#where.textContent = figures.where;
    this.#budget.max = figures.budget;
    this.#budget.value = figures.env_step;
  }

  /** The text of the number with that name, made when it is first shown. */
  #value(name) {
    if (!this.#values.has(name)) {
      const [box, term, value] = [make("div"), make("dt"), make("dd")];
      const text = document.createTextNode("");
      term.textContent = name;
      value.append(text);
      box.append(term, value);
      this.#list.append(box);
      this.#values.set(name, text);
    }
    return this.#values.get(name);
  }
}
