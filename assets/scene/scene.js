/** The environment at this moment: a picture and facts, made once and renewed with each answer. */

import { ActionValues } from "../shared/action_values.js";
import { Mounted } from "../shared/component.js";
import { element, pen, styleLink } from "../shared/dom.js";
import { unpacked } from "../shared/envelope.js";
import { Feed } from "../shared/feed.js";
import { suitTheme } from "../shared/picture.js";

/** @typedef {Parameters<ActionValues["show"]>[0]} Values */

class Scene {
  #root = element("figure", "scene");
  #canvas = element("canvas", "scene-picture");
  #facts = element("figcaption", "scene-facts");
  #sentences = element("div", "scene-sentences");
  #values = new ActionValues();
  /** @type {string | null} */
  #view = null;
  #feed;

  /** @param {Parent} parent */
  constructor(parent) {
    this.#canvas.setAttribute("role", "img");
    this.#canvas.hidden = true;
    this.#facts.append(this.#sentences, this.#values.node);
    this.#root.append(this.#canvas, this.#facts);
    parent.append(styleLink(new URL("scene.css", import.meta.url).href), this.#root);
    this.#feed = new Feed({ take: (bytes) => this.#receive(bytes), node: this.#root });
  }

  /** @param {Drawn<Followed & { view: string }>} component */
  render({ data: { address, period, view } }) {
    suitTheme(this.#canvas);
    if (view === this.#view) return; // only the theme has changed
    this.#view = view;
    this.#feed.follow(address, period);
  }

  /** @param {Bytes} bytes */
  #receive(bytes) {
    /** @type {{ header: { sentences: string[], name: string } & Values, body: Bytes }} */
    const { header, body } = unpacked(bytes);
    this.#sentences.replaceChildren(...header.sentences.map((text) => element("p", "", text)));
    this.#values.show(header);
    this.#draw(body, header.name);
  }

  /**
   * @param {Bytes} png
   * @param {string} name
   */
  async #draw(png, name) {
    if (!png.length) {
      this.#canvas.hidden = true;
      return;
    }
    const bitmap = await createImageBitmap(new Blob([png], { type: "image/png" }));
    const { width, height } = bitmap;
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      Object.assign(this.#canvas, { width, height });
    }
    pen(this.#canvas).drawImage(bitmap, 0, 0);
    this.#canvas.setAttribute("aria-label", name);
    this.#canvas.hidden = false;
    suitTheme(this.#canvas);
    bitmap.close();
  }

  dispose() {
    this.#feed.dispose();
    this.#root.remove();
  }
}

export default new Mounted(Scene).render;
