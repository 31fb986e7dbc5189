/** The environment at this moment: a picture and facts, made once and renewed with each answer. */

import { Mounted } from "../shared/component.js";
import { Curve, reach, showAll } from "../shared/distribution.js";
import { element, pen, setText, styleLink } from "../shared/dom.js";
import { unpacked } from "../shared/envelope.js";
import { Feed } from "../shared/feed.js";
import { number } from "../shared/numbers.js";
import { suitTheme } from "../shared/picture.js";

class Scene {
  #root = element("figure", "scene");
  #canvas = element("canvas", "scene-picture");
  #facts = element("figcaption", "scene-facts");
  #sentences = element("div", "scene-sentences");
  #heading = element("h4");
  #values = element("dl", "scene-values");
  #view = null;
  #feed;

  constructor(parent) {
    this.#canvas.setAttribute("role", "img");
    this.#canvas.hidden = true;
    this.#facts.append(this.#sentences, this.#heading, this.#values);
    this.#root.append(this.#canvas, this.#facts);
    parent.append(styleLink(new URL("scene.css", import.meta.url).href), this.#root);
    this.#feed = new Feed({ take: (bytes) => this.#receive(bytes), node: this.#root });
  }

  render({ data: { address, period, view } }) {
    suitTheme(this.#canvas);
    if (view === this.#view) return; // only the theme has changed
    this.#view = view;
    this.#feed.follow(address, period);
  }

  #receive(bytes) {
    const { header, body } = unpacked(bytes);
    this.#sentences.replaceChildren(...header.sentences.map((text) => element("p", "", text)));
    this.#showValues(header);
    this.#draw(body, header.name);
  }

  /** Each action with its Q-value and, where it is learnt, the distribution of its return. */
  #showValues({ actions, values, greedy, distributions }) {
    const hasCurves = distributions.length > 0;
    const curves = distributions.map(() => new Curve());
    const rows = actions.flatMap((action, i) => {
      const name = i === greedy ? "greedy" : "";
      const curve = hasCurves ? [element("dd", name, curves[i].node)] : [];
      return [element("dt", name, action), ...curve, element("dd", name, values[i])];
    });
    if (hasCurves) {
      const [low, high] = reach(distributions);
      showAll(curves, distributions, low, high);
      const scale = element("dd", "scale", element("span", "", number(low)), number(high));
      rows.push(element("dt"), scale, element("dd"));
    }
    const around = hasCurves ? "Q-values and the returns around them" : "Q-values";
    setText(this.#heading, `${around}, the greedy action in bold`);
    this.#values.classList.toggle("with-curves", hasCurves);
    this.#values.replaceChildren(...rows);
  }

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
