/** The environment at this moment: a picture and facts, made once and renewed with each answer. */

import { ActionValues } from "../shared/action_values.js";
import { Mounted } from "../shared/component.js";
import { element, styleLink, withRole } from "../shared/dom.js";
import { unpacked } from "../shared/envelope.js";
import { Feed } from "../shared/feed.js";
import { decoded, drawPicture, suitTheme } from "../shared/picture.js";

class Scene {
  #root = element("figure", "scene");
  #canvas = withRole(element("canvas", "scene-picture"), "img");
  #facts = element("figcaption", "scene-facts");
  #sentences = element("div", "scene-sentences");
  #values = new ActionValues();
  #feed;

  /** @param {Parent} parent */
  constructor(parent) {
    this.#canvas.hidden = true;
    this.#facts.append(this.#sentences, this.#values.node);
    this.#root.append(this.#canvas, this.#facts);
    parent.append(styleLink(new URL("scene.css", import.meta.url).href), this.#root);
    this.#feed = new Feed({ take: (bytes) => this.#receive(bytes), node: this.#root });
  }

  /** @param {Drawn<Messages.Followed>} component */
  render({ data }) {
    suitTheme(this.#canvas);
    this.#feed.follow(data);
  }

  /** @param {Bytes} bytes */
  #receive(bytes) {
    /** @type {{ header: Messages.SceneAnswer, body: Bytes }} */
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
    const canvas = this.#canvas;
    const bitmap = png.length ? await decoded(png) : null;
    canvas.hidden = !bitmap;
    if (!bitmap) return;
    drawPicture(canvas, bitmap);
    canvas.setAttribute("aria-label", name);
    suitTheme(canvas);
    bitmap.close();
  }

  dispose() {
    this.#feed.dispose();
    this.#root.remove();
  }
}

export default new Mounted(Scene).render;
