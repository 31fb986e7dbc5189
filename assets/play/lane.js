/** One of the two that play side by side: a name, a score, and the stage that the canvas is for. */

import { element, withRole } from "../shared/dom.js";

export class Lane {
  canvas = withRole(element("canvas"), "img");
  score = element("output", "score", "0");
  stage = element("div", "stage");

  /** @param {string} name */
  constructor(name) {
    this.name = element("h4", "", name);
    const caption = element("figcaption", "", this.name, this.score);
    this.node = element("figure", "lane", caption, this.stage);
  }
}
