/** How the charts look: the colours and letters of the page that they are in. */

import { pixelRatio } from "../shared/paper.js";
import { channels, readTheme as readPage } from "../shared/theme.js";

const FONT_SIZE = 16; // CSS pixels, a browser's default

/**
 * Colours and font of the page as it is now.
 *
 * @param {Element} root
 */
export function readTheme(root) {
  const { text, background, font, fontSize, hues } = readPage(root);
  /**
   * @param {string} colour
   * @param {number} alpha
   */
  const translucent = (colour, alpha) => `rgba(${channels(colour)},${alpha})`;
  // what is faint on white is not seen on black
  const isDark = Math.max(...channels(background)) < 128;
  const faintness = isDark
    ? { member: 0.7, faint: 0.75, band: 0.3 }
    : { member: 0.4, faint: 0.3, band: 0.18 };
  /** @param {string} colour */
  const shades = (colour) => ({
    bold: colour,
    member: translucent(colour, faintness.member),
    faint: translucent(colour, faintness.faint),
    band: translucent(colour, faintness.band),
  });
  const scale = fontSize / FONT_SIZE;
  const ratio = pixelRatio();
  return {
    signature: [text, background, font, hues, scale, ratio].join(" "),
    scale,
    ratio,
    text,
    background,
    font,
    muted: translucent(text, 0.75),
    grid: translucent(text, 0.14),
    hues: hues.map(shades),
    grey: shades(translucent(text, 0.55)),
    coarse: matchMedia("(pointer: coarse)").matches,
  };
}
