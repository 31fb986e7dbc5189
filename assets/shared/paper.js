/**
 * Paper: what is drawn by scripts is drawn anew before the browser prints it, in the light colours
 * and the width of `shared/paper.css`, and once more when it is back on the screen.
 */

import { pen } from "./dom.js";

const PRINTER = 3; // pixels of a printer to one of a page

const sheet = document.documentElement.classList;
/** @type {Set<(isPaper: boolean) => void>} */
const listeners = new Set();
let onSheet = false;

/** Let Streamlit's charts, which keep the size that they were drawn in, shrink to the sheet. */
function fitCharts() {
  for (const svg of document.querySelectorAll(".stPlotlyChart .main-svg")) {
    const { width, height } = svg.getBoundingClientRect();
    if (onSheet) svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    else svg.removeAttribute("viewBox");
  }
}

/** @param {boolean} isPaper */
function put(isPaper) {
  if (isPaper === onSheet) return; // a browser may say it in two ways
  onSheet = isPaper;
  fitCharts();
  sheet.toggle("on-paper", isPaper);
  for (const draw of listeners) draw(isPaper);
}

const media = matchMedia("print");
media.addEventListener("change", () => put(media.matches));
window.addEventListener("beforeprint", () => put(true));
window.addEventListener("afterprint", () => put(false));

/**
 * Call `draw(isPaper)`, which is to be done when it returns, until the signal.
 *
 * @param {(isPaper: boolean) => void} draw
 * @param {AbortSignal} signal
 */
export function onPaper(draw, signal) {
  listeners.add(draw);
  signal.addEventListener("abort", () => listeners.delete(draw));
}

/**
 * What `read` makes of a page that is on paper; the page itself stays as it is.
 *
 * @template T
 * @param {() => T} read
 */
export function asOnPaper(read) {
  const isPaper = sheet.contains("on-paper");
  sheet.add("on-paper");
  try {
    return read();
  } finally {
    sheet.toggle("on-paper", isPaper);
  }
}

/** Pixels of a drawing to one of the page. */
export const pixelRatio = () =>
  sheet.contains("on-paper") ? PRINTER : window.devicePixelRatio || 1;

/**
 * What draws on a canvas that is so many CSS pixels wide and high, with nothing on it yet.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function freshPen(canvas, width, height, ratio = pixelRatio()) {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = pen(canvas);
  context.scale(ratio, ratio);
  return context;
}
