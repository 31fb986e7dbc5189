/** The names of a panel's curves: each shows and hides its curve, and has its value beside it. */

import { element } from "../shared/dom.js";
import { _ } from "../shared/words.js";

export class Legend {
  node = element("div", "live-chart-legend");
  /** @type {Set<string>} */
  #hidden = new Set(); // ids of traces: their names change with what they are compared with
  /** @type {{ trace: Messages.Trace, button: HTMLButtonElement, value: HTMLOutputElement }[]} */
  #entries = [];
  #changed;

  /**
   * `changed()` is called when a curve was shown or hidden.
   *
   * @param {() => void} changed
   */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Entries for these traces, in the colour that `hue` gives each; what is hidden stays so.
   *
   * @param {Messages.Trace[]} traces
   * @param {(trace: Messages.Trace) => string} hue
   */
  configure(traces, hue) {
    this.#entries = traces.map((trace) => this.#entry(trace));
    this.node.replaceChildren(...this.#entries.map(({ button }) => button));
    this.recolour(hue);
  }

  /** @param {Messages.Trace} trace */
  #entry(trace) {
    const of = { name: trace.name };
    const value = element("output");
    const swatch = element("span", `live-chart-swatch ${trace.kind} ${trace.dash}`);
    const name = element("span", "", trace.name);
    const button = element("button", "live-chart-entry", swatch, name, value);
    const show = () => button.setAttribute("aria-pressed", String(this.shows(trace)));
    button.type = "button";
    button.title = trace.behind
      ? _("Show or hide {name}; its number is its value where the other curves end", of)
      : _("Show or hide {name}", of);
    button.onclick = () => {
      if (!this.#hidden.delete(trace.id)) this.#hidden.add(trace.id);
      show();
      this.#changed();
    };
    show();
    return { trace, button, value };
  }

  /** @param {(trace: Messages.Trace) => string} hue */
  recolour(hue) {
    for (const { trace, button } of this.#entries) button.style.setProperty("--hue", hue(trace));
  }

  /** @param {Messages.Trace} trace */
  shows({ id }) {
    return !this.#hidden.has(id);
  }

  /**
   * Texts beside the names, in their order.
   *
   * @param {string[]} texts
   */
  showValues(texts) {
    this.#entries.forEach(({ value }, index) => (value.textContent = texts[index]));
  }
}
