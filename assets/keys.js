/**
 * The space bar runs and pauses, a shortcut of Streamlit's button, but not where it means something
 * else: to a control that was reached with the keyboard, or to a dialog. And also where Streamlit
 * leaves it to a field that it means nothing to.
 *
 * Streamlit listens on the document and spares text fields alone; React is done at the body.
 */
let isReachedByKey = false;

const notice = (event) => {
  if (event.type === "pointerdown") isReachedByKey = false;
  else if (event.key === "Tab") isReachedByKey = true;
};
for (const type of ["pointerdown", "keydown"]) {
  document.addEventListener(type, notice, { capture: true });
}

/** Fields that a space says nothing to: numbers and closed lists. A click leaves the focus there. */
const DEAF = "input[type=number], input[role=combobox][aria-expanded=false]";

document.addEventListener(
  "keydown",
  (event) => {
    const isPlain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
    if (event.key !== " " || !isPlain || isReachedByKey || !event.target.matches(DEAF)) return;
    const button = document.querySelector(".st-key-start button:enabled, .st-key-pause button");
    if (!button || document.querySelector("[role=dialog]")) return;
    event.stopPropagation();
    event.preventDefault();
    event.target.blur(); // takes over what was typed
    button.click();
  },
  { capture: true },
);

document.body.addEventListener("keydown", (event) => {
  if (event.key !== " ") return;
  const isControl = isReachedByKey && event.target !== document.body;
  if (isControl || document.querySelector("[role=dialog]")) event.stopPropagation();
});
