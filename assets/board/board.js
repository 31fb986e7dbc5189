/** A teacher's board: a card for each student, with the curve of the run, answers and checks. */

import { Mounted } from "../shared/component.js";
import { element, setText, styleLink, svg } from "../shared/dom.js";
import { Feed } from "../shared/feed.js";

const [WIDTH, HEIGHT] = [160, 64];

/**
 * The curve as the points of a line, in the picture's own units.
 *
 * @param {Messages.Curve} places
 * @param {Messages.StudentCurves} shown
 * @returns {string[]}
 */
function points({ x, y }, { steps, low, high }) {
  const range = high - low || 1;
  return x.map((step, i) => {
    const place = [(step / steps) * WIDTH, (1 - (y[i] - low) / range) * (HEIGHT - 4) + 2];
    return place.map((value) => value.toFixed(1)).join(",");
  });
}

class Card {
  node = element("article", "board-card");
  #name = element("h4");
  #where = element("span", "board-where");
  #status = element("span", "board-status");
  #training = svg("polyline", { class: "board-training" });
  #greedy = svg("g", { class: "board-greedy" });
  #picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" },
    this.#training,
    this.#greedy,
  );
  #words = element("p");
  #marks = element("ul");

  constructor() {
    const head = element("header", "", this.#name, this.#where, this.#status);
    this.node.append(head, this.#picture, this.#words, this.#marks);
  }

  /** @param {Messages.Student} student */
  show({ name, where, status, words, curves, marks }) {
    setText(this.#name, name);
    setText(this.#where, where);
    setText(this.#status, status);
    setText(this.#words, words);
    this.#picture.setAttribute("aria-label", words);
    if (curves) this.#draw(curves);
    this.#marks.replaceChildren(
      ...marks.map(({ kind, text }) => {
        const mark = element("li", "", text);
        mark.dataset.kind = kind;
        return mark;
      }),
    );
  }

  /** @param {Messages.StudentCurves} curves */
  #draw(curves) {
    this.#training.setAttribute("points", points(curves.training, curves).join(" "));
    const dots = points(curves.greedy, curves).map((place) => {
      const [x, y] = place.split(",");
      // A line without length is a dot that stays round however the picture is stretched.
      return svg("path", { d: `M${x} ${y}h0` });
    });
    this.#greedy.replaceChildren(...dots);
  }
}

class Board {
  /** @type {Card[]} */
  #cards = [];
  #root = element("section", "board");
  #summary = element("p", "board-summary");

  /** @param {Parent} parent */
  constructor(parent) {
    parent.append(styleLink(new URL("board.css", import.meta.url).href), this.#summary, this.#root);
    this.feed = new Feed({ take: (bytes) => this.#show(bytes), node: this.#root });
  }

  /** @param {Drawn<Messages.Followed>} component */
  render({ data }) {
    this.feed.follow(data);
  }

  /** @param {Bytes} bytes */
  #show(bytes) {
    /** @type {Messages.BoardAnswer} */
    const { students, summary } = JSON.parse(new TextDecoder().decode(bytes));
    setText(this.#summary, summary);
    while (this.#cards.length < students.length) this.#cards.push(new Card());
    this.#cards.length = students.length;
    const nodes = this.#cards.map(({ node }) => node);
    if (nodes.length !== this.#root.childElementCount) this.#root.replaceChildren(...nodes);
    students.forEach((student, i) => this.#cards[i].show(student));
  }

  dispose() {
    this.feed.dispose();
  }
}

export default new Mounted(Board).render;
