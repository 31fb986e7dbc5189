/**
 * Fields for exact numbers (`dashboard/web/number_box.py`): arrow keys count by the last digit, and a
 * phone shows its keys for numbers.
 */

export const NUMBER_BOX = ".stTextInput input[autocomplete=off]";

/**
 * The number in `text` with its last digit one more or less; null where it is no number.
 *
 * @param {string} text
 * @param {number} step
 */
function counted(text, step) {
  const parts = /^\s*([+-]?\d+)(?:\.(\d*))?(e[+-]?\d+)?\s*$/i.exec(text);
  if (!parts) return null;
  const [, whole, decimals = "", power = ""] = parts;
  const unit = 10 ** decimals.length;
  const number = (Math.round(Number(`${whole}.${decimals}`) * unit) + step) / unit;
  return number.toFixed(decimals.length) + power;
}

document.addEventListener(
  "keydown",
  (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const box = event.target;
    if (!step || !(box instanceof HTMLInputElement && box.matches(NUMBER_BOX))) return;
    const next = counted(box.value, step);
    if (next === null) return;
    event.preventDefault();
    // Streamlit hears of it as of something typed, by the event of the element itself.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(box, next);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  },
  { capture: true },
);

document.addEventListener(
  "pointerdown",
  ({ target }) => {
    if (target instanceof HTMLInputElement && target.matches(NUMBER_BOX))
      target.inputMode = "decimal";
  },
  { capture: true },
);
