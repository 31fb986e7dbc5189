/** Signs of health as cards: made once, their texts and trends renewed with each answer. */

import { Feed } from "../shared/feed.js";
import { number } from "../shared/numbers.js";

const SVG = "http://www.w3.org/2000/svg";
const WORDS = { wait: "not yet", good: "good", watch: "watch", bad: "bad" };
// a shape of its own for each status, so that colour is not alone
const ICONS = {
  wait: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 3v3.2l2 1.6",
  good: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM5.3 8.2l1.9 1.9 3.6-4",
  watch: "M8 2.2 14.4 13.4H1.6ZM8 6.6v3M8 11.4v.1",
  bad: "M5.4 2h5.2L14 5.4v5.2L10.6 14H5.4L2 10.6V5.4ZM5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2",
};
const [WIDTH, HEIGHT] = [120, 32];

/** The cards of each element that has some. */
const boards = new WeakMap();

const make = (tag, name) => Object.assign(document.createElement(tag), { className: name });

function makeSvg(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** Points of a polyline; all lines of a card share one scale. */
function points(values, low, high) {
  const step = WIDTH / Math.max(1, values.length - 1);
  const y = (value) => (high > low ? 1 - (value - low) / (high - low) : 0.5);
  return values.map((v, i) => `${(i * step).toFixed(1)},${(2 + y(v) * (HEIGHT - 4)).toFixed(1)}`);
}

class Card {
  node = make("article", "health-card");
  #name = make("h4", "health-name");
  #status = make("span", "health-status");
  #word = document.createTextNode("");
  #icon = makeSvg("path", { d: "" });
  #value = make("p", "health-value");
  #detail = make("p", "health-detail");
  #sentence = make("p", "health-sentence");
  #trend = makeSvg("svg", {
    class: "health-trend",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
  });

  constructor() {
    const icon = makeSvg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
    icon.append(this.#icon);
    this.#status.append(icon, this.#word);
    const head = make("header", "health-head");
    head.append(this.#name, this.#status);
    const middle = make("div", "health-middle");
    middle.append(this.#value, this.#trend);
    this.node.append(head, middle, this.#detail, this.#sentence);
  }

  update({ name, value, detail, status, sentence, trend }) {
    this.#name.textContent = name;
    this.#value.textContent = value;
    this.#detail.textContent = detail;
    this.#sentence.textContent = sentence;
    this.#word.data = WORDS[status];
    this.#status.dataset.status = status;
    this.#icon.setAttribute("d", ICONS[status]);
    const lines = trend.filter(({ values }) => values.length > 1);
    const all = lines.flatMap(({ values }) => values);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    this.#trend.setAttribute("aria-label", spoken(lines));
    this.#trend.replaceChildren(
      ...lines.map(({ values }, i) =>
        makeSvg("polyline", {
          class: i ? "second" : "first",
          points: points(values, low, high).join(" "),
        }),
      ),
    );
  }
}

/** The trend for who cannot see it. */
function spoken(lines) {
  if (!lines.length) return "no trend yet";
  const texts = lines.map(
    ({ name, values }) => `${name} from ${number(values[0])} to ${number(values.at(-1))}`,
  );
  return `Trend over the run: ${texts.join("; ")}`;
}

class Board {
  cards = [];
  root = make("section", "health");

  constructor(parent) {
    const style = Object.assign(document.createElement("link"), {
      rel: "stylesheet",
      href: new URL("health.css", import.meta.url).href,
    });
    const title = Object.assign(make("h3", "health-title"), { textContent: "Health" });
    parent.append(style, title, this.root);
    const take = (bytes) => this.update(JSON.parse(new TextDecoder().decode(bytes)));
    this.feed = new Feed({ take, node: this.root });
  }

  update(signs) {
    while (this.cards.length < signs.length) {
      this.cards.push(new Card());
      this.root.append(this.cards.at(-1).node);
    }
    signs.forEach((sign, i) => this.cards[i].update(sign));
  }
}

/** Show the signs in the element of a Streamlit component; returns the clean-up. */
export default function render({ data, parentElement }) {
  if (!boards.has(parentElement)) boards.set(parentElement, new Board(parentElement));
  boards.get(parentElement).feed.follow(data.address, data.period);
  return () => {
    if (parentElement.isConnected) return;
    boards.get(parentElement)?.feed.dispose();
    boards.delete(parentElement);
  };
}
