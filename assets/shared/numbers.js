/** Numbers as a person reads them, by the rules of `dqn_core/numbers.py`. */

const UNKNOWN = "–";
const PERCENT = "\u202f%"; // after a narrow space at which no line breaks

/** A measured value: one decimal from 1 on, below that three digits, then powers of ten. */
export function number(value) {
  if (!Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  let text;
  if (size >= 0.9995) text = value.toLocaleString("en", { maximumFractionDigits: 1 });
  else if (size >= 1e-6 || !value) text = `${Number(value.toPrecision(3)) || 0}`;
  else {
    const [digits, power] = value.toExponential(2).split("e");
    text = `${Number(digits)}e${Number(power)}`;
  }
  return text.replaceAll("-", "−");
}

/** A share from 0 to 1: whole percents from 10 on, below that two digits, 100 only where it is all. */
export function percent(share) {
  if (!Number.isFinite(share)) return UNKNOWN;
  if (share > 0 && share < 1e-4) return `under 0.01${PERCENT}`;
  if (share >= 0.995 && share < 1) return `${Math.floor(1000 * share) / 10}${PERCENT}`;
  const percents = 100 * share;
  const digits = share >= 0.0995 ? percents.toFixed(0) : Number(percents.toPrecision(2));
  return `${digits}${PERCENT}`;
}
