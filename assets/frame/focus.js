/**
 * A button that was pressed with the keyboard loses the focus while it is disabled, as One step is
 * while its step is made. This gives it back, or to the button in its place, such as Pause for Start.
 */

const LOOK_MS = 50;
const PATIENCE_MS = 10_000;
const ROW = "[data-testid=stHorizontalBlock]";

/** @type {ReturnType<typeof setInterval> | undefined} */
let looking;
const leave = () => clearInterval(looking);

/**
 * Give the focus back that a pressed button has lost: to itself, or to what is in its place.
 *
 * @param {HTMLButtonElement} button
 * @param {EventTarget[]} around what the button was in, from the inside
 */
function giveBack(button, around) {
  if (button.isConnected) return button.focus(); // which a button that rests does not take
  const row = around.find((node) => node instanceof Element && node.matches(ROW));
  if (!(row instanceof Element)) return;
  /** @type {HTMLElement | null} */
  const next = row.querySelector("button:enabled");
  next?.focus();
}

document.addEventListener(
  "keydown",
  (event) => {
    const [button, ...around] = event.composedPath();
    const isPress = event.key === "Enter" || event.key === " ";
    if (!isPress || !(button instanceof HTMLButtonElement)) return;
    const end = performance.now() + PATIENCE_MS;
    leave();
    looking = setInterval(() => {
      const isLost = document.activeElement === document.body;
      if (performance.now() > end || !(isLost || button.matches(":focus"))) leave();
      else if (isLost) giveBack(button, around);
    }, LOOK_MS);
  },
  { capture: true },
);

document.addEventListener("pointerdown", leave, { capture: true });
