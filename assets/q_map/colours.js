/** Colours of the map of Q-values: the page's theme, ramps for values, hues of actions. */

const DIVERGING = "#8c3d04,#b85a10,#dd7a2a,#eb9f63,#cfc4ba,#bac4cd,#7fb2d6,#3f94cb,#0077bb,#00527f";
const CATEGORICAL = "#0077bb,#ee7733,#009988,#cc3311,#33bbee,#ee3377";
// green, the hue of Q-values in the curves, away from the background as they grow
const VALUES = {
  light: ["#f0f7f5", "#b5ded6", "#5dbcae", "#009988", "#006d62", "#01443e"],
  dark: ["#15211f", "#0f4740", "#00756a", "#0d9f90", "#6cc9bd", "#c9efe8"],
};

// a canvas reads every way of writing a colour, and writes #rrggbb or rgba(…)
const reader = new OffscreenCanvas(1, 1).getContext("2d");
function parse(colour) {
  reader.fillStyle = colour.trim();
  const text = String(reader.fillStyle);
  if (text[0] !== "#")
    return text
      .match(/[\d.]+/g)
      .slice(0, 3)
      .map(Number);
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}
const css = (rgb) => `rgb(${rgb.map(Math.round).join()})`;
const mix = (a, b, share) => a.map((channel, i) => channel + share * (b[i] - channel));
const light = (rgb) => 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];

/** Colours and font of the page as it is now. */
export function readTheme(root) {
  const style = getComputedStyle(root);
  const read = (name, fallback) => style.getPropertyValue(`--st-${name}`).trim() || fallback;
  const background = parse(read("background-color", "#ffffff"));
  const text = parse(read("text-color", "#31333f"));
  const hues = read("chart-categorical-colors", CATEGORICAL).split(",");
  const diverging = read("chart-diverging-colors", DIVERGING).split(",");
  return {
    font: read("font", "sans-serif"),
    text: css(text),
    background: css(background),
    quiet: css(mix(background, text, 0.72)),
    faint: css(mix(background, text, 0.2)),
    ramps: {
      value: VALUES[light(background) > 128 ? "light" : "dark"].map(parse),
      advantage: diverging.map((colour) => parse(colour)),
    },
    actions: hues.map((colour) => mix(parse(colour), background, 0.25)),
  };
}

/** Red, green and blue at `share` 0 … 1 of a ramp. */
export function along(ramp, share) {
  const place = Math.min(Math.max(share, 0), 1) * (ramp.length - 1);
  const below = Math.min(Math.floor(place), ramp.length - 2);
  return mix(ramp[below], ramp[below + 1], place - below);
}

/** The hue of an action; of two, the second is blue and the first orange, as in the advantage. */
export function actionColour(theme, action, count) {
  const index = count === 2 ? 1 - action : action;
  return theme.actions[index % theme.actions.length];
}

export const colour = css;

/** Black or white, whichever is read better on a colour. */
export const inkOn = (rgb) => (light(rgb) > 140 ? "#0e1720" : "#ffffff");

export const gradient = (ramp) => `linear-gradient(to right, ${ramp.map(css).join()})`;

/** A number with this many digits after its point. */
function fixed(value, digits) {
  const text = (Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value).toFixed(digits);
  return text.replace("-", "−");
}

const power = (size) => Math.floor(Math.log10(size));

/** A place on an axis: all of them with as many digits as tell hundredths of its range apart. */
export const place = (value, span) => fixed(value, Math.min(Math.max(0, 2 - power(span)), 6));

/** A number with two significant digits, or what it takes to tell values in a range apart. */
export function number(value, span) {
  const unit = Math.min(span, Math.max(Math.abs(value), span / 20));
  return fixed(value, unit > 0 ? Math.min(Math.max(0, 1 - power(unit)), 6) : 0);
}
