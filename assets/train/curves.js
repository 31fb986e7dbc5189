/** The Train page's curves with the figures of the run above them, both from the same answers. */

import { Chart } from "../live_chart/chart.js";
import { Mounted } from "../shared/component.js";
import { Figures } from "./figures.js";

class Curves {
  #figures = new Figures();
  #chart;

  /** @param {Parent} parent */
  constructor(parent) {
    parent.append(this.#figures.node);
    this.#chart = new Chart(parent, (figures) => this.#figures.update(figures));
  }

  /** @param {Drawn<Messages.ChartData>} component */
  render(component) {
    this.#chart.render(component);
  }

  dispose() {
    this.#chart.dispose();
    this.#figures.node.remove();
  }
}

export default new Mounted(Curves).render;
