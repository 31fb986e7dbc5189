/** The environment at this moment: a picture and facts, made once and renewed with each answer. */

import { unpacked } from "../shared/envelope.js";
import { Feed } from "../shared/feed.js";
import { suitTheme } from "../shared/picture.js";

/** The scene of each element that has one. */
const scenes = new WeakMap();

const make = (tag, name, text = "") =>
  Object.assign(document.createElement(tag), { className: name, textContent: text });

class Scene {
  #root = make("figure", "scene");
  #canvas = make("canvas", "scene-picture");
  #facts = make("figcaption", "scene-facts");
  #sentences = make("div", "scene-sentences");
  #values = make("dl", "scene-values");
  #view = null;
  #feed;

  constructor(parent) {
    const style = Object.assign(document.createElement("link"), {
      rel: "stylesheet",
      href: new URL("scene.css", import.meta.url).href,
    });
    this.#canvas.setAttribute("role", "img");
    this.#canvas.hidden = true;
    this.#facts.append(this.#sentences, make("h4", "", "Q-values, the greedy action in bold"));
    this.#facts.append(this.#values);
    this.#root.append(this.#canvas, this.#facts);
    parent.append(style, this.#root);
    this.#feed = new Feed({ take: (bytes) => this.#receive(bytes), node: this.#root });
  }

  show({ address, period, view }) {
    suitTheme(this.#canvas);
    if (view === this.#view) return; // only the theme has changed
    this.#view = view;
    this.#feed.follow(address, period);
  }

  #receive(bytes) {
    const { header, body } = unpacked(bytes);
    this.#sentences.replaceChildren(...header.sentences.map((text) => make("p", "", text)));
    this.#values.replaceChildren(
      ...header.actions.flatMap((action, index) => {
        const name = index === header.greedy ? "greedy" : "";
        return [make("dt", name, action), make("dd", name, header.values[index])];
      }),
    );
    this.#draw(body, header.name);
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
    this.#canvas.getContext("2d").drawImage(bitmap, 0, 0);
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

/** Show the scene in the element of a Streamlit component; returns the clean-up. */
export default function render({ data, parentElement }) {
  if (!scenes.has(parentElement)) scenes.set(parentElement, new Scene(parentElement));
  scenes.get(parentElement).show(data);
  return () => {
    // Streamlit also cleans up after a superseded call: only the end of the element counts
    if (parentElement.isConnected) return;
    scenes.get(parentElement)?.dispose();
    scenes.delete(parentElement);
  };
}
