/** Numbers as a person reads them, by the rules of `dqn_core/base/numbers.py`. */

import { _ } from "./words.js";

const UNKNOWN = "–";
const MOST_DIGITS = 6;
const FIXED = Array.from(
  { length: MOST_DIGITS + 1 },
  (_value, digits) =>
    new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);
export const PERCENT = "\u202f%"; // after a narrow space at which no line breaks

/**
 * A text of numbers with the sign of print for each minus.
 *
 * @param {string} text
 */
export const withMinus = (text) => text.replaceAll("-", "−");

/**
 * A number with so many digits after its point, at most 6, and no minus before a zero.
 *
 * @param {number} value
 * @param {number} digits
 */
export function fixed(value, digits) {
  return withMinus(FIXED[digits].format(Number(value.toFixed(digits)) || 0));
}

/** @param {number} size */
const power = (size) => Math.floor(Math.log10(size));
/** @param {number} digits */
const between = (digits) => Math.min(Math.max(0, digits), MOST_DIGITS);

/**
 * A place on an axis: all of them with as many digits as tell hundredths of its range apart.
 *
 * @param {number} value
 * @param {number} span
 */
export const place = (value, span) => fixed(value, between(2 - power(span)));

/**
 * A number with two significant digits, or what it takes to tell values in a range apart.
 *
 * @param {number} value
 * @param {number} span
 */
export function distinct(value, span) {
  const unit = Math.min(span, Math.max(Math.abs(value), span / 20));
  return fixed(value, unit > 0 ? between(1 - power(unit)) : 0);
}

/**
 * As many decimals as the largest of the values shown together leaves room for.
 *
 * @param {number} largest
 */
export function decimals(largest) {
  if (largest > 0 && largest < 1) return between(2 - power(largest));
  if (largest >= 1000) return 0;
  return largest >= 100 ? 1 : largest >= 10 ? 2 : 3;
}

/**
 * A measured value: one decimal from 1 on, below that three digits, then powers of ten, and so
 * from 10¹⁵ on.
 *
 * @param {number} value
 */
export function number(value) {
  if (!Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  let text;
  if (size >= 0.9995 && size < 1e15)
    text = Number(value.toFixed(1)).toLocaleString("en", { maximumFractionDigits: 1 });
  else if ((size >= 1e-6 && size < 1) || !value) text = `${Number(value.toPrecision(3)) || 0}`;
  else {
    const [digits, power] = value.toExponential(2).split("e");
    text = `${Number(digits)}e${Number(power)}`;
  }
  return withMinus(text);
}

/**
 * A share from 0 to 1: whole percents from 10 on, below that two digits, 100 only where it is all.
 *
 * @param {number} share
 */
export function percent(share) {
  if (!Number.isFinite(share)) return UNKNOWN;
  if (share > 0 && share < 1e-4) return _("under {percent}", { percent: `0.01${PERCENT}` });
  if (share >= 0.995 && share < 1) return `${Math.floor(1000 * share) / 10}${PERCENT}`;
  const percents = 100 * share;
  const digits = share >= 0.0995 ? percents.toFixed(0) : Number(percents.toPrecision(2));
  return `${digits}${PERCENT}`;
}
