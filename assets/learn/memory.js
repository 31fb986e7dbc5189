/** The memory: the strip of time, with the batch lit up where its transitions lie. */

import { element, withRole } from "../shared/dom.js";
import { freshPen } from "../shared/paper.js";
import { readTheme } from "../shared/theme.js";
import { _ } from "../shared/words.js";
import { episodes, nearest, placeOf } from "./strip.js";

const TERMINATED = 1;
const HEIGHT = 64; // CSS pixels
const TOP = 26; // of the episodes; above them are the marks of the batch

export class Memory {
  #canvas = withRole(element("canvas", "ms-strip"), "img");
  #words = element("p", "ms-quiet");
  #key = element("p", "ms-quiet ms-key");
  #batch = element("div", "ms-batch");
  #heading = element("h4", "", _("The batch: the stronger the colour, the more of the loss"));
  #choose;
  /** @type {{ memory: Messages.MemoryShown, update: Messages.UpdateShown | null, chosen: number }} */
  #data;
  #sight;
  node = element("div", "", this.#canvas, this.#key, this.#words, this.#heading, this.#batch);

  /**
   * `choose(index)` is called with the transition of the batch that a person picks.
   *
   * @param {(index: number) => void} choose
   */
  constructor(choose) {
    this.#choose = choose;
    this.#canvas.dataset.symbol = "replay";
    this.#canvas.onclick = (event) => this.#pick(event);
    this.#key.append(
      element("span", "ms-end ms-terminated"),
      " ",
      _("terminated"),
      " ",
      element("span", "ms-end ms-truncated"),
      " ",
      _("truncated"),
      " ",
      element("span", "ms-end ms-drawn"),
      " ",
      _("in the batch"),
    );
    this.#batch.tabIndex = 0;
    withRole(this.#batch, "listbox", _("Transitions of the batch"));
    this.#batch.dataset.symbol = "batch";
    this.#batch.onkeydown = (event) => this.#step(event);
    this.#sight = new ResizeObserver(() => this.draw());
    this.#sight.observe(this.#canvas);
  }

  /**
   * @param {Messages.MemoryShown} memory
   * @param {Messages.UpdateShown | null} update
   * @param {number} chosen
   */
  show(memory, update, chosen) {
    this.#data = { memory, update, chosen };
    this.#words.textContent = memory.words;
    this.#heading.hidden = this.#batch.hidden = !update;
    const number = update ? memory.batch[chosen].toLocaleString("en") : "";
    const where = update ? _("The chosen one is transition {number}.", { number }) : "";
    this.#canvas.setAttribute("aria-label", `${memory.words} ${where}`);
    if (update) this.#list(update, chosen);
    this.draw();
  }

  /**
   * A small square for each transition. They are made once, so none loses the focus.
   *
   * @param {Messages.UpdateShown} update
   * @param {number} chosen
   */
  #list({ shares, names }, chosen) {
    while (this.#batch.children.length > shares.length) this.#batch.lastElementChild?.remove();
    while (this.#batch.children.length < shares.length) {
      const index = this.#batch.children.length;
      const option = withRole(element("span", "ms-option"), "option");
      option.id = `ms-option-${index}`;
      option.onclick = () => this.#choose(index);
      this.#batch.append(option);
    }
    const most = Math.max(...shares.map((share) => share ?? 0)) || 1;
    shares.forEach((share, index) => {
      const option = /** @type {HTMLElement} */ (this.#batch.children[index]);
      option.style.setProperty("--share", String((share ?? 0) / most));
      option.title = names[index];
      option.setAttribute("aria-label", names[index]);
      option.setAttribute("aria-selected", String(index === chosen));
    });
    this.#batch.setAttribute("aria-activedescendant", `ms-option-${chosen}`);
  }

  /** @param {KeyboardEvent} event */
  #step(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || !this.#data?.update) return;
    event.preventDefault();
    const count = this.#data.memory.batch.length;
    this.#choose((this.#data.chosen + by + count) % count);
  }

  /** @param {MouseEvent} event */
  #pick(event) {
    if (!this.#data?.update) return;
    const box = this.#canvas.getBoundingClientRect();
    this.#choose(nearest(event.clientX - box.left, this.#data.memory, box.width));
  }

  draw() {
    const width = this.#canvas.clientWidth;
    if (!this.#data || !width) return;
    const { memory, chosen } = this.#data;
    const { text, hues } = readTheme(this.#canvas);
    const context = freshPen(this.#canvas, width, HEIGHT);
    /** @param {number} number */
    const left = (number) => placeOf(number - 0.5, memory, width);
    context.fillStyle = text;
    episodes(memory).forEach(([start, end], index) => {
      context.globalAlpha = index % 2 ? 0.1 : 0.2;
      context.fillRect(left(start), TOP, left(end) - left(start), HEIGHT - TOP);
    });
    context.globalAlpha = 1;
    memory.ends.forEach((end, index) => {
      const isTerminated = memory.kinds[index] === TERMINATED;
      context.fillStyle = isTerminated ? hues[3] : hues[0];
      const height = isTerminated ? HEIGHT - TOP : (HEIGHT - TOP) / 2;
      context.fillRect(left(end + 1) - 1, HEIGHT - height, 1.5, height);
    });
    memory.batch.forEach((number, index) => {
      const x = placeOf(number, memory, width);
      const isChosen = index === chosen;
      context.fillStyle = isChosen ? text : hues[1];
      context.globalAlpha = isChosen ? 1 : 0.7;
      context.fillRect(x - (isChosen ? 1.5 : 0.75), isChosen ? 2 : 10, isChosen ? 3 : 1.5, TOP - 2);
      if (!isChosen) return;
      context.beginPath();
      context.arc(x, 6, 5, 0, 2 * Math.PI);
      context.fill();
    });
    context.globalAlpha = 1;
  }

  dispose() {
    this.#sight.disconnect();
  }
}
