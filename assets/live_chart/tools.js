/** What can be done with a panel's chart: buttons beside its name. */

import { element } from "../shared/dom.js";
import { _, phrase } from "../shared/words.js";

const PICTURES = {
  png: phrase("Save the chart as a picture (PNG), for slides and documents"),
  svg: phrase("Save the chart as a picture (SVG), for print at any size"),
};

export class Tools {
  node = element("div", "live-chart-tools");
  /** @type {"pan" | "zoom"} what dragging in the chart does */
  drags = "zoom";
  #forks = false;
  /** @type {HTMLButtonElement} */
  #forkTool;

  /**
   * @param {() => void} changed
   * @param {(format: string) => void} save
   */
  constructor(changed, save) {
    /**
     * @param {string} name
     * @param {string} words
     * @param {() => void} act
     */
    const add = (name, words, act) => {
      const tool = element("button", "live-chart-tool", name);
      tool.type = "button";
      tool.title = words;
      tool.onclick = act;
      this.node.append(tool);
      return tool;
    };
    const move = add(_("Move"), _("Dragging moves the curves instead of zooming in"), () => {
      this.drags = this.drags === "pan" ? "zoom" : "pan";
      move.setAttribute("aria-pressed", String(this.drags === "pan"));
      changed();
    });
    move.classList.add("for-a-mouse");
    move.setAttribute("aria-pressed", "false");
    this.#forkTool = add(
      _("Fork"),
      _("The next click in the chart forks the run at that place"),
      () => {
        this.forks = !this.forks;
      },
    );
    this.#forkTool.classList.add("for-forks");
    this.forks = false;
    for (const [format, use] of Object.entries(PICTURES)) {
      add(format.toUpperCase(), _(use), () => save(format));
    }
  }

  /** Whether the next press in the chart says where to fork the run. */
  get forks() {
    return this.#forks;
  }

  set forks(forks) {
    this.#forks = forks;
    this.#forkTool.setAttribute("aria-pressed", String(forks));
  }
}
