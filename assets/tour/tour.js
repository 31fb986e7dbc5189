/** A tour of the page, step by step: by itself on the first visit, later only when asked for. */

import { Mounted } from "../shared/component.js";
import { button, element, setText, styleLink } from "../shared/dom.js";
import { _ } from "../shared/words.js";
import { placed } from "./place.js";

const KEPT = "dqn-lab-tour"; // what the browser remembers: this visitor has seen it, or did not want it
const LOOK_MS = 250;

function isKnown() {
  try {
    return localStorage.getItem(KEPT) !== null;
  } catch {
    return true; // a browser that stores nothing would show it each time
  }
}

function know() {
  try {
    localStorage.setItem(KEPT, "over");
  } catch {
    // a browser that stores nothing
  }
}

/**
 * What a step speaks of, where it is on the page and can be seen.
 *
 * @param {Messages.TourStep} step
 */
function found({ target }) {
  const nodes = [...document.querySelectorAll(target)];
  return nodes.find((node) => {
    const { width, height, right, left } = node.getBoundingClientRect();
    return width > 0 && height > 0 && right > 0 && left < innerWidth;
  });
}

class Tour {
  /** @type {Messages.TourStep[]} */
  #steps = [];
  /** @type {Messages.TourStep} the one that is shown */
  #step;
  #timer = 0;
  #title = element("h4", "");
  #text = element("p", "");
  #count = element("span", "tour-count");
  #back = button("tour-button", _("Back"), () => this.#go(-1), _("Back"));
  #next = button("tour-button tour-next", _("Next"), () => this.#go(1), _("Next"));
  #ring = element("div", "tour-ring");
  #card = element("section", "tour-card");
  #root = element("div", "tour");

  /** @param {Parent} parent */
  constructor(parent) {
    const skip = button("tour-button", _("Skip the tour"), () => this.#end(), _("Skip"));
    const row = element("div", "tour-row", this.#count, skip, this.#back, this.#next);
    this.#card.append(this.#title, this.#text, row);
    this.#card.setAttribute("aria-label", _("Tour of the page"));
    this.#card.onkeydown = (event) => {
      this.#onKey(event);
      event.stopPropagation(); // the space bar is for its buttons
    };
    for (const node of [this.#ring, this.#card]) node.setAttribute("popover", "manual");
    const start = button("tour-start", _("Tour of this page"), () => this.#begin(true), _("Tour"));
    this.#root.append(start, this.#ring, this.#card);
    parent.append(styleLink(new URL("tour.css", import.meta.url).href), this.#root);
  }

  /** @param {Drawn<Messages.TourData>} component */
  render({ data }) {
    const isFirst = !this.#steps.length;
    if (isFirst) this.#steps = data.steps;
    if (isFirst && data.is_automatic && !isKnown()) setTimeout(() => this.#begin(false), 1000);
  }

  /** @param {boolean} isAsked */
  #begin(isAsked) {
    know();
    const [first] = this.#shown;
    if (!this.#root.isConnected || !first) return;
    this.#card.showPopover();
    this.#show(first);
    document.addEventListener("keydown", this.#onKey); // by itself it takes no focus
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#place(), LOOK_MS);
    if (isAsked) this.#next.focus();
  }

  /** The steps whose parts are on the page by now: some come late, some a lesson hides. */
  get #shown() {
    return this.#steps.filter(found);
  }

  /** @param {-1 | 1} by */
  #go(by) {
    /** @param {Messages.TourStep} step */
    const place = (step) => this.#steps.indexOf(step);
    const ahead = this.#shown.filter((step) => by * (place(step) - place(this.#step)) > 0);
    const next = by > 0 ? ahead.at(0) : ahead.at(-1);
    if (next) this.#show(next);
    else this.#end();
  }

  /** @param {Messages.TourStep} step */
  #show(step) {
    this.#step = step;
    found(step)?.scrollIntoView({ block: "center" });
    setText(this.#title, step.title);
    setText(this.#text, step.text);
    this.#place();
  }

  #number() {
    const shown = this.#shown;
    const at = shown.indexOf(this.#step);
    const isLast = at === shown.length - 1;
    setText(this.#count, _("{at} of {count}", { at: at + 1, count: shown.length }));
    const next = isLast ? _("Done") : _("Next");
    setText(this.#next, next);
    this.#next.setAttribute("aria-label", next);
    this.#back.disabled = at === 0;
  }

  /** The page may have moved, or been drawn anew. */
  #place() {
    if (!this.#root.isConnected) {
      this.dispose();
      return;
    }
    this.#number();
    const node = found(this.#step);
    this.#ring.togglePopover(Boolean(node));
    const view = { width: innerWidth, height: innerHeight };
    const box = node?.getBoundingClientRect() ?? { left: 0, top: view.height, width: 0, height: 0 };
    const { left, top } = placed(box, this.#card.getBoundingClientRect(), view);
    Object.assign(this.#card.style, { left: `${left}px`, top: `${top}px` });
    Object.assign(this.#ring.style, {
      left: `${box.left - 4}px`,
      top: `${box.top - 4}px`,
      width: `${box.width + 8}px`,
      height: `${box.height + 8}px`,
    });
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    if (event.key === "Escape") this.#end();
  };

  #end() {
    this.dispose();
    this.#ring.hidePopover();
    this.#card.hidePopover();
  }

  dispose() {
    clearInterval(this.#timer);
    document.removeEventListener("keydown", this.#onKey);
  }
}

export default new Mounted(Tour).render;
