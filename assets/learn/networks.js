/** The networks: online and target side by side, and what differs between their weights. */

import { element, withRole } from "../shared/dom.js";
import { freshPen } from "../shared/paper.js";
import { readTheme } from "../shared/theme.js";
import { _, phrase } from "../shared/words.js";
import { columns, largest, wiresOf } from "./wiring.js";

/** @type {[keyof Messages.SpokenNetworks, title: string, symbols: string][]} */
const KINDS = [
  ["online", phrase("Online θ, sees s"), "theta"],
  ["target", phrase("Target θ⁻, sees s′"), "theta2"],
  ["difference", phrase("Difference θ − θ⁻"), "theta theta2"],
];
const THICKEST = 2.5; // CSS pixels

/** One network as layers of units with the wires between them. */
class Drawing {
  #canvas = withRole(element("canvas", "ms-network"), "img");
  /** @type {Messages.NetworkDrawing} */
  #data;
  #sight;
  node;

  /**
   * @param {string} title
   * @param {string} symbol
   */
  constructor(title, symbol) {
    this.node = element("figure", "", this.#canvas, element("figcaption", "ms-quiet", _(title)));
    this.node.dataset.symbol = symbol;
    this.#sight = new ResizeObserver(() => this.draw());
    this.#sight.observe(this.#canvas);
  }

  /**
   * @param {Messages.NetworkDrawing} data
   * @param {string} words
   */
  show(data, words) {
    this.#data = data;
    this.#canvas.setAttribute("aria-label", words);
    this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (!this.#data || !width) return;
    const { text, hues } = readTheme(this.#canvas);
    const context = freshPen(this.#canvas, width, height);
    const { units, wires } = this.#data;
    const layers = columns(units, width, height);
    wires.forEach((flat, index) => {
      const [from, to] = [layers[index], layers[index + 1]];
      const all = wiresOf(flat);
      const most = largest(all.map(({ weight }) => weight));
      for (const wire of all) {
        const share = Math.abs(wire.weight) / most;
        context.strokeStyle = wire.weight > 0 ? hues[0] : hues[1];
        context.lineWidth = share * THICKEST;
        context.globalAlpha = 0.15 + 0.45 * share;
        context.beginPath();
        context.moveTo(from.x, from.y(wire.from));
        context.lineTo(to.x, to.y(wire.to));
        context.stroke();
      }
    });
    units.forEach((layer, index) => {
      const { x, y, size } = layers[index];
      const most = largest(layer);
      layer.forEach((value, unit) => {
        const share = Math.abs(value) / most;
        context.globalAlpha = 0.12 + 0.88 * share;
        context.fillStyle = value < 0 ? hues[1] : share ? hues[0] : text;
        context.fillRect(x - 4, y(unit) - size / 2, 8, Math.max(1, size - (size > 3 ? 1 : 0)));
      });
    });
    context.globalAlpha = 1;
  }

  dispose() {
    this.#sight.disconnect();
  }
}

export class Networks {
  #drawings = new Map(KINDS.map(([kind, title, symbol]) => [kind, new Drawing(title, symbol)]));
  #words = element("p", "ms-quiet");
  #none = element("p", "ms-quiet", _("They are shown from the first update on."));
  #row = element("div", "ms-three", ...[...this.#drawings.values()].map(({ node }) => node));
  #legend = element(
    "p",
    "ms-quiet",
    _(
      "From left to right: what is seen, the hidden layers, the actions. The stronger a unit's colour, the more it gives. The largest weights are drawn, blue above 0 and orange below.",
    ),
  );
  node = element("div", "", this.#none, this.#row, this.#words, this.#legend);

  /** @param {Messages.BothNetworks | null} networks */
  show(networks) {
    this.#none.hidden = networks !== null;
    this.#row.hidden = this.#words.hidden = this.#legend.hidden = networks === null;
    if (!networks) return;
    this.#words.textContent = networks.words;
    for (const [kind, drawing] of this.#drawings) {
      drawing.show(networks[kind], networks.spoken[kind]);
    }
  }

  dispose() {
    this.#drawings.forEach((drawing) => drawing.dispose());
  }
}
