/** The colours and letters of the page. */

import { pen } from "./dom.js";

const CATEGORICAL = "#0077bb,#ee7733,#009988,#cc3311,#33bbee,#ee3377";
const DIVERGING = "#8c3d04,#b85a10,#dd7a2a,#eb9f63,#cfc4ba,#bac4cd,#7fb2d6,#3f94cb,#0077bb,#00527f";

/**
 * The page's theme where `node` is, as CSS has it; `hues` and `diverging` are lists.
 *
 * @param {Element} node
 */
export function readTheme(node) {
  const style = getComputedStyle(node);
  /** @type {(name: string, fallback: string) => string} */
  const read = (name, fallback) => style.getPropertyValue(`--st-${name}`).trim() || fallback;
  return {
    text: read("text-color", "#31333f"),
    background: read("background-color", "#ffffff"),
    font: read("font", "sans-serif"),
    fontSize: parseFloat(style.fontSize),
    hues: read("chart-categorical-colors", CATEGORICAL).split(","),
    diverging: read("chart-diverging-colors", DIVERGING).split(","),
  };
}

/**
 * Red, green and blue, 0 to 255 each, of a CSS colour.
 *
 * @param {string} colour
 */
export function channels(colour) {
  // A canvas reads every way of writing a colour, and writes #rrggbb or rgba(…).
  const context = pen(new OffscreenCanvas(1, 1));
  context.fillStyle = colour.trim();
  const text = String(context.fillStyle);
  if (text[0] !== "#") return [...text.matchAll(/[\d.]+/g)].slice(0, 3).map(Number);
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}
