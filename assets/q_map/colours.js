/** Colours of the map of Q-values: the page's theme, ramps for values, hues of actions. */

import { channels, readTheme as readPage } from "../shared/theme.js";

/** @import { Channels, Theme } from "./types.d.ts" */

/** What is drawn on colours of all kinds: nearly black, or white. */
export const DARK = "#0e1720";
export const LIGHT = "#ffffff";
// green, the hue of Q-values in the curves, away from the background as they grow
const VALUES = {
  light: ["#f0f7f5", "#b5ded6", "#5dbcae", "#009988", "#006d62", "#01443e"],
  dark: ["#15211f", "#0f4740", "#00756a", "#0d9f90", "#6cc9bd", "#c9efe8"],
};

/** @param {Channels} rgb */
const css = (rgb) => `rgb(${rgb.map(Math.round).join()})`;
/**
 * @param {Channels} a
 * @param {Channels} b
 * @param {number} share
 */
const mix = (a, b, share) => a.map((channel, i) => channel + share * (b[i] - channel));
/** @param {Channels} rgb */
const light = (rgb) => 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];

/**
 * Colours and font of the page as it is now.
 *
 * @param {Element} root
 */
export function readTheme(root) {
  const page = readPage(root);
  const [background, text] = [page.background, page.text].map(channels);
  return {
    font: page.font,
    text: css(text),
    background: css(background),
    quiet: css(mix(background, text, 0.72)),
    faint: css(mix(background, text, 0.2)),
    ramps: {
      value: VALUES[light(background) > 128 ? "light" : "dark"].map(channels),
      advantage: page.diverging.map(channels),
    },
    actions: page.hues.map((hue) => mix(channels(hue), background, 0.25)),
  };
}

/**
 * Red, green and blue at `share` 0 … 1 of a ramp.
 *
 * @param {Channels[]} ramp
 * @param {number} share
 */
export function along(ramp, share) {
  const place = Math.min(Math.max(share, 0), 1) * (ramp.length - 1);
  const below = Math.min(Math.floor(place), ramp.length - 2);
  return mix(ramp[below], ramp[below + 1], place - below);
}

/**
 * The hue of an action; of two, the second is blue and the first orange, as in the advantage.
 *
 * @param {Theme} theme
 * @param {number} action
 * @param {number} count
 */
export function actionColour(theme, action, count) {
  const index = count === 2 ? 1 - action : action;
  return theme.actions[index % theme.actions.length];
}

export const colour = css;

/**
 * Black or white, whichever is read better on a colour.
 *
 * @param {Channels} rgb
 */
export const inkOn = (rgb) => (light(rgb) > 140 ? DARK : LIGHT);

/** @param {Channels[]} ramp */
export const gradient = (ramp) => `linear-gradient(to right, ${ramp.map(css).join()})`;
