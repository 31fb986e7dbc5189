/** How the charts look: the colours and letters of the page that they are in. */

import { pixelRatio } from "../shared/paper.js";

const HUES = ["#0077bb", "#ee7733", "#009988", "#cc3311", "#33bbee", "#ee3377"];
const FONT_SIZE = 16; // CSS pixels, of a page whose letters are as large as usual

/** The red, green and blue of a CSS colour, which Plotly cannot mix by itself. */
function channels(probe, colour) {
  probe.style.setProperty("color", colour, "important"); // also on paper, where all is black
  return getComputedStyle(probe)
    .color.match(/[\d.]+/g)
    .slice(0, 3)
    .map(Number);
}

/** Colours and font of the page as it is now. */
export function readTheme(probe) {
  const style = getComputedStyle(probe.parentNode);
  const read = (name, fallback) => style.getPropertyValue(`--st-${name}`).trim() || fallback;
  const text = read("text-color", "#31333f");
  const background = read("background-color", "#ffffff");
  const font = read("font", "sans-serif");
  const colours = read("chart-categorical-colors", HUES.join());
  const translucent = (colour, alpha) => `rgba(${channels(probe, colour)},${alpha})`;
  // what is faint on white is not seen on black
  const isDark = Math.max(...channels(probe, background)) < 128;
  const faintness = isDark
    ? { member: 0.7, faint: 0.75, band: 0.3 }
    : { member: 0.4, faint: 0.3, band: 0.18 };
  const shades = (colour) => ({
    bold: colour,
    member: translucent(colour, faintness.member),
    faint: translucent(colour, faintness.faint),
    band: translucent(colour, faintness.band),
  });
  const scale = parseFloat(style.fontSize) / FONT_SIZE;
  const ratio = pixelRatio();
  return {
    signature: [text, background, font, colours, scale, ratio].join(" "),
    scale,
    ratio,
    text,
    background,
    font,
    muted: translucent(text, 0.75),
    grid: translucent(text, 0.14),
    hues: colours.split(",").map(shades),
    grey: shades(translucent(text, 0.55)),
    coarse: matchMedia("(pointer: coarse)").matches,
  };
}
