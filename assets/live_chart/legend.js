/** The names of a panel's curves: each shows and hides its curve, and has its value beside it. */

/** What a trace is of; its name may change with what it is compared with. */
const sourceOf = ({ table, column }) => `${table}/${column}`;

const make = (tag, className = "") => Object.assign(document.createElement(tag), { className });

export class Legend {
  node = make("div", "live-chart-legend");
  #hidden = new Set();
  #entries = [];
  #changed;

  /** `changed()` is called when a curve was shown or hidden. */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Entries for these traces, in the colour that `hue` gives each; what is hidden stays so. */
  configure(traces, hue) {
    this.#entries = traces.map((trace) => this.#entry(trace));
    this.node.replaceChildren(...this.#entries.map(({ button }) => button));
    this.recolour(hue);
  }

  #entry(trace) {
    const [button, name, value] = [make("button", "live-chart-entry"), make("span"), make("output")];
    const source = sourceOf(trace);
    const show = () => button.setAttribute("aria-pressed", String(!this.#hidden.has(source)));
    name.textContent = trace.name;
    button.type = "button";
    button.title = `Show or hide ${trace.name}`;
    if (trace.behind) button.title += "; its number is its value where the other curves end";
    button.append(make("span", `live-chart-swatch ${trace.kind} ${trace.dash}`), name, value);
    button.onclick = () => {
      if (!this.#hidden.delete(source)) this.#hidden.add(source);
      show();
      this.#changed();
    };
    show();
    return { trace, button, value };
  }

  recolour(hue) {
    for (const { trace, button } of this.#entries) button.style.setProperty("--hue", hue(trace));
  }

  shows(trace) {
    return !this.#hidden.has(sourceOf(trace));
  }

  /** Texts beside the names, in their order. */
  showValues(texts) {
    this.#entries.forEach(({ value }, index) => (value.textContent = texts[index]));
  }
}
