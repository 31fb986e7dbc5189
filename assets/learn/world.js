/** The world: its picture before and after the step, the dice that decided, what was seen. */

import { element, setText, svg, withRole } from "../shared/dom.js";
import { decoded, drawPicture, suitTheme } from "../shared/picture.js";
import { _ } from "../shared/words.js";

export class World {
  #pictures = [0, 1].map(() => withRole(element("canvas", "ms-picture"), "img"));
  #titles = [0, 1].map(() => element("figcaption", "ms-quiet"));
  #figures = this.#pictures.map((canvas, i) => element("figure", "", canvas, this.#titles[i]));
  #row = element("div", "ms-pictures", ...this.#figures);
  #dice = element("div", "ms-dice");
  #sentences = element("div", "ms-sentences");
  #actions = element("dl", "ms-actions");
  #table = element("table", "ms-numbers");
  #scroll = element("div", "ms-scroll", this.#table);
  node = element("div", "", this.#row, this.#dice, this.#sentences, this.#actions, this.#scroll);

  constructor() {
    this.#scroll.tabIndex = 0; // where it is wider than its place
    withRole(this.#scroll, "group", _("Observation"));
  }

  /**
   * @param {Messages.WorldShown} world
   * @param {Bytes[]} pngs
   */
  show(world, pngs) {
    const { step } = world;
    this.#draw(pngs, world.pictures);
    this.#sentences.replaceChildren(...world.sentences.map((text) => element("p", "", text)));
    this.#dice.hidden = this.#actions.hidden = !step;
    if (step) this.#step(step);
    const titles = world.columns.map(([title, symbol]) => mark(cell("th", title), symbol));
    const head = element("tr", "", element("th"), ...titles);
    const rows = world.labels.map((label, i) =>
      element(
        "tr",
        "",
        cell("th", label),
        ...world.columns.map(([, symbol, values]) => mark(cell("td", values[i]), symbol)),
      ),
    );
    this.#table.replaceChildren(element("thead", "", head), element("tbody", "", ...rows));
  }

  /**
   * The interval from 0 to 1, with what of it ε is, and where the random number fell.
   *
   * @param {Messages.StepShown} step
   */
  #step({ epsilon, dice, is_random, actions, taken }) {
    /** @param {number} share */
    const x = (share) => 2 + 196 * share;
    const bar = svg("rect", { x: 2, y: 8, width: 196, height: 8, class: "ms-dice-all" });
    const part = svg("rect", {
      x: 2,
      y: 8,
      width: 196 * epsilon,
      height: 8,
      class: "ms-dice-part",
    });
    const die = svg("circle", { cx: x(dice[0]), cy: 12, r: 5, class: "ms-die" });
    part.dataset.symbol = "epsilon";
    die.dataset.symbol = "u";
    const drawing = svg("svg", { viewBox: "0 0 200 24", role: "img" }, bar, part, die);
    const words = is_random
      ? _("The random number is below ε: a random action.")
      : _("The random number is not below ε: the greedy action.");
    drawing.setAttribute("aria-label", words);
    this.#dice.replaceChildren(drawing);
    this.#actions.replaceChildren(
      element("div", "ms-quiet", mark(cell("dt", "Q(s, ·)"), "q")),
      ...actions.map(([label, q], index) => {
        const row = [mark(cell("dt", label), "a"), mark(cell("dd", q), "q")];
        return element("div", index === taken ? "ms-taken" : "", ...row);
      }),
    );
  }

  /**
   * @param {Bytes[]} pngs
   * @param {[title: string, words: string][]} pictures
   */
  async #draw(pngs, pictures) {
    this.#figures.forEach((figure, i) => (figure.hidden = !pngs[i]?.length));
    for (const [i, png] of pngs.entries()) {
      if (!png.length) continue;
      const bitmap = await decoded(png);
      const canvas = this.#pictures[i];
      drawPicture(canvas, bitmap);
      const [title, words] = pictures[i];
      canvas.setAttribute("aria-label", words);
      setText(this.#titles[i], title);
      suitTheme(canvas);
      bitmap.close();
    }
  }

  suitTheme() {
    this.#pictures.forEach(suitTheme);
  }
}

/**
 * @param {"th" | "td" | "dt" | "dd"} tag
 * @param {string} text
 */
const cell = (tag, text) => element(tag, "", text);

/**
 * @param {HTMLElement} node
 * @param {string} symbol
 */
function mark(node, symbol) {
  node.dataset.symbol = symbol;
  return node;
}
