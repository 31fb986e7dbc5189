/**
 * The space bar runs and pauses, a shortcut of Streamlit's button, unless what has the focus uses it
 * or a dialog is open. What was clicked with the mouse is done: the space bar is free again.
 *
 * Streamlit listens on the document and spares text fields alone; React is done at the body.
 */
import { NUMBER_BOX } from "./number_box.js";

const PRESSED = "button, summary, [role=button], [role=tab]";
const USES_SPACE = `${PRESSED}, textarea, select, [contenteditable], input:not([type=range])`;
/** What a space says nothing to; a closed list opens by it, but for whoever picked with the mouse. */
const DEAF = `${NUMBER_BOX}, input[type=range]`;
const CLOSED_LIST = "input[role=combobox][aria-expanded=false]";

let isPointerDown = false;
let isReachedByPointer = false;

const notice = {
  pointerdown: () => (isPointerDown = isReachedByPointer = true),
  pointerup: () => (isPointerDown = false),
  pointercancel: () => (isPointerDown = false),
  focusin: () => (isReachedByPointer = isPointerDown),
};
for (const [type, listener] of Object.entries(notice)) {
  document.addEventListener(type, listener, { capture: true });
}

const isDialogOpen = () => document.querySelector("[role=dialog]") !== null;

document.addEventListener(
  "keydown",
  (event) => {
    const isPlain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
    if (event.key !== " " || !isPlain || isDialogOpen()) return;
    const field = event.target;
    if (!(field instanceof Element)) return;
    const isDeaf = field.matches(isReachedByPointer ? `${DEAF}, ${CLOSED_LIST}` : DEAF);
    /** @type {HTMLElement | null} */
    const button = document.querySelector(".st-key-start button:enabled, .st-key-pause button");
    if (!isDeaf || !button) return;
    event.stopPropagation();
    event.preventDefault();
    // it takes over what was typed
    if (field instanceof HTMLInputElement && field.matches(NUMBER_BOX)) field.blur();
    button.click();
  },
  { capture: true },
);

document.body.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== " " || !(field instanceof Element)) return;
  const isDone = isReachedByPointer && field.matches(PRESSED);
  if (isDialogOpen() || (field.matches(USES_SPACE) && !isDone)) event.stopPropagation();
});
