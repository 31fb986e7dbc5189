/** Pictures of environments on a page that may be dark. */

import { pen } from "./dom.js";

const WHITE = 240; // of 255, the least of a channel

const reader = pen(new OffscreenCanvas(1, 1), { willReadFrequently: true });

/**
 * The picture in the bytes of a PNG, to be closed once it is drawn.
 *
 * @param {Bytes} png
 */
export const decoded = (png) => createImageBitmap(new Blob([png], { type: "image/png" }));

/**
 * Draw a picture on a canvas, which gets its size.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} bitmap
 */
export function drawPicture(canvas, bitmap) {
  const { width, height } = bitmap;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  pen(canvas).drawImage(bitmap, 0, 0);
}

/**
 * Have a drawing on white look as one on black where the page is dark: `player/player.css` and others
 * turn what is called "inverted". To be called when there is another picture or another theme.
 *
 * @param {HTMLCanvasElement} canvas
 */
export function suitTheme(canvas) {
  if (!canvas.isConnected || !canvas.width) return;
  reader.drawImage(canvas, 0, 0, 1, 1, 0, 0, 1, 1);
  const corner = reader.getImageData(0, 0, 1, 1).data;
  const isDark = getComputedStyle(canvas).colorScheme === "dark";
  canvas.classList.toggle("inverted", isDark && corner.every((channel) => channel > WHITE));
}
