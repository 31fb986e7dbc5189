/** The colours and letters of the page. */

import { pen } from "./dom.js";

/**
 * The page's theme where `node` is, as CSS has it; `hues` and `diverging` are lists.
 *
 * @param {Element} node
 */
export function readTheme(node) {
  const style = getComputedStyle(node);
  /** @param {string} name */
  const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
  return {
    text: read("text-color"),
    background: read("background-color"),
    font: read("font"),
    fontSize: parseFloat(style.fontSize),
    hues: read("chart-categorical-colors").split(","),
    diverging: read("chart-diverging-colors").split(","),
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
