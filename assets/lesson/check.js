/** The check of a lesson's step: what it asks for, and how far the run is. */

import { Mounted } from "../shared/component.js";
import { element, setText, svg, withRole } from "../shared/dom.js";
import { Feed } from "../shared/feed.js";
import { messenger, seldom } from "../shared/messages.js";

// A shape of its own for each state, so that colour is not alone.
const SHAPES = {
  open: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z",
  met: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM5.3 8.2l1.9 1.9 3.6-4",
  missed: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2",
};

class Check {
  #shape = svg("path", { d: SHAPES.open });
  #goal = element("strong");
  #words = element("span");
  #node;
  #drawn = "";
  /** @type {(state: string) => void} */
  #ask = () => {};

  /** @param {Parent} parent */
  constructor(parent) {
    const picture = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, this.#shape);
    const node = element("p", "lesson-check", picture, this.#goal, " ", this.#words);
    this.#node = withRole(node, "status");
    parent.append(this.#node);
    this.feed = new Feed({ take: (bytes) => this.#show(bytes) });
  }

  /** @param {Drawn<Messages.CheckData>} component */
  render({ data, setTriggerValue }) {
    this.#drawn = data.drawn;
    const send = messenger(this.#node, setTriggerValue);
    this.#ask = seldom((state) => send("redraw", state));
    this.feed.follow(data);
  }

  /** @param {Bytes} bytes */
  #show(bytes) {
    /** @type {Messages.CheckAnswer} */
    const { state, goal, words } = JSON.parse(new TextDecoder().decode(bytes));
    this.#node.dataset.state = state;
    this.#shape.setAttribute("d", SHAPES[state]);
    setText(this.#goal, goal);
    setText(this.#words, words);
    // The tab remembers with the page that it is met.
    if (state === "met" && this.#drawn !== state) this.#ask(state);
  }

  dispose() {
    this.feed.dispose();
  }
}

export default new Mounted(Check).render;
