/** Signs of health as cards: made once, their texts and trends renewed with each answer. */

import { Mounted } from "../shared/component.js";
import { element, styleLink, svg } from "../shared/dom.js";
import { Feed } from "../shared/feed.js";
import { number } from "../shared/numbers.js";
import { _, phrase } from "../shared/words.js";

const WORDS = {
  wait: phrase("not yet"),
  good: phrase("good"),
  watch: phrase("watch"),
  bad: phrase("bad"),
};
// a shape of its own for each status, so that colour is not alone
const ICONS = {
  wait: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 3v3.2l2 1.6",
  good: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM5.3 8.2l1.9 1.9 3.6-4",
  watch: "M8 2.2 14.4 13.4H1.6ZM8 6.6v3M8 11.4v.1",
  bad: "M5.4 2h5.2L14 5.4v5.2L10.6 14H5.4L2 10.6V5.4ZM5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2",
};
const [WIDTH, HEIGHT] = [120, 32];

/**
 * Points of a polyline; all lines of a card share one scale.
 *
 * @param {number[]} values
 * @param {number} low
 * @param {number} high
 */
function points(values, low, high) {
  const step = WIDTH / Math.max(1, values.length - 1);
  /** @param {number} value */
  const y = (value) => (high > low ? 1 - (value - low) / (high - low) : 0.5);
  return values.map((v, i) => `${(i * step).toFixed(1)},${(2 + y(v) * (HEIGHT - 4)).toFixed(1)}`);
}

/**
 * A bar for each share, on a scale from 0, and a line where all would be equal.
 *
 * @param {number[]} shares
 */
function bars(shares) {
  const scale = HEIGHT / Math.max(2 / shares.length, ...shares);
  const width = WIDTH / shares.length;
  const rects = shares.map((share, i) =>
    svg("rect", {
      x: i * width + 1,
      y: HEIGHT - share * scale,
      width: width - 2,
      height: share * scale,
    }),
  );
  const y = HEIGHT - scale / shares.length;
  return [...rects, svg("line", { x1: 0, x2: WIDTH, y1: y, y2: y })];
}

class Card {
  node = element("article", "health-card");
  #name = element("h4", "health-name");
  #status = element("span", "health-status");
  #word = document.createTextNode("");
  #icon = svg("path", { d: "" });
  #value = element("p", "health-value");
  #detail = element("p", "health-detail");
  #sentence = element("p", "health-sentence");
  #trend = svg("svg", {
    class: "health-trend",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
  });

  constructor() {
    const icon = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, this.#icon);
    this.#status.append(icon, this.#word);
    const head = element("header", "health-head", this.#name, this.#status);
    const middle = element("div", "health-middle", this.#value, this.#trend);
    this.node.append(head, middle, this.#detail, this.#sentence);
  }

  /** @param {Messages.Sign} sign */
  update({ name, value, detail, status, sentence, trend, shares }) {
    this.#name.textContent = name;
    this.#value.textContent = value;
    this.#detail.textContent = detail;
    this.#sentence.textContent = sentence;
    this.#word.data = _(WORDS[status]);
    this.#status.dataset.status = status;
    this.#icon.setAttribute("d", ICONS[status]);
    this.#trend.classList.toggle("health-shares", shares.length > 0);
    if (shares.length) {
      const told = shares.map(number).join(_(", "));
      this.#trend.setAttribute("aria-label", _("Shares of a batch: {shares}", { shares: told }));
      this.#trend.replaceChildren(...bars(shares));
      return;
    }
    const lines = trend.filter(({ values }) => values.length > 1);
    const all = lines.flatMap(({ values }) => values);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    this.#trend.setAttribute("aria-label", spoken(lines));
    this.#trend.replaceChildren(
      ...lines.map(({ values }, i) =>
        svg("polyline", {
          class: i ? "second" : "first",
          points: points(values, low, high).join(" "),
        }),
      ),
    );
  }
}

/**
 * The trend for those who cannot see it.
 *
 * @param {Messages.TrendLine[]} lines
 */
function spoken(lines) {
  if (!lines.length) return _("no trend yet");
  const texts = lines.map(({ name, values }) =>
    _("{name} from {first} to {last}", {
      name,
      first: number(values[0]),
      last: number(values[values.length - 1]),
    }),
  );
  return _("Trend over the run: {lines}", { lines: texts.join(_("; ")) });
}

class Board {
  /** @type {Card[]} */
  cards = [];
  root = element("section", "health");

  /** @param {Parent} parent */
  constructor(parent) {
    const style = styleLink(new URL("health.css", import.meta.url).href);
    parent.append(style, element("h3", "health-title", _("Health")), this.root);
    /** @param {Bytes} bytes */
    const take = (bytes) => this.update(JSON.parse(new TextDecoder().decode(bytes)));
    this.feed = new Feed({ take, node: this.root });
  }

  /** @param {Drawn<Messages.Followed>} component */
  render({ data }) {
    this.feed.follow(data);
  }

  /** @param {Messages.HealthAnswer} answer */
  update({ signs }) {
    while (this.cards.length < signs.length) {
      const card = new Card();
      this.cards.push(card);
      this.root.append(card.node);
    }
    signs.forEach((sign, i) => this.cards[i].update(sign));
  }
  dispose() {
    this.feed.dispose();
  }
}

export default new Mounted(Board).render;
