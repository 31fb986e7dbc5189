/** Numbers and curves in words. */

const STEADY = 0.02;

/** A number as a person reads it: about three digits. */
export function readable(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const text =
    size >= 1000
      ? Math.round(value).toLocaleString("en")
      : size > 0 && size < 1e-3
        ? value.toExponential(1)
        : value.toLocaleString("en", { maximumSignificantDigits: 3 });
  return text.replaceAll("-", "−");
}

/** What a curve says, "average return 312 of 500, rising", from its summary. */
export function sentence({ quantity, unit, ceiling }, { value, before, interval, members }) {
  let text = `${quantity} ${readable(value)}`;
  if (ceiling !== null) text += ` of ${readable(ceiling)}`;
  if (unit) text += ` ${unit}`;
  if (interval) {
    text += ` (interquartile mean of ${members} members, 95 % interval `;
    text += `${readable(interval[0])} to ${readable(interval[1])})`;
  }
  if (!Number.isFinite(before)) return text;
  const scale = Math.max(Math.abs(value), Math.abs(ceiling ?? 0));
  const steady = Math.abs(value - before) <= STEADY * scale;
  return `${text}, ${steady ? "steady" : value > before ? "rising" : "falling"}`;
}

/** What thin and bold lines mean, of the curves on show. */
export function legendOfLines(curves, smoothing) {
  if (curves.some(({ several }) => several)) {
    return "Thin: members. Bold: their interquartile mean. Shaded: its 95 % bootstrap interval.";
  }
  if (!curves.some(({ spec, empty }) => spec.kind === "average" && !empty)) return "";
  const geometric = curves.some(({ averagesLogarithms, empty }) => averagesLogarithms && !empty);
  const where = geometric ? ", on a logarithmic axis the geometric one" : "";
  return `Faint: each value. Bold: its exponential average with weight ${smoothing}${where}.`;
}
