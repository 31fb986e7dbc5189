/**
 * On a phone the sidebar is a sheet over the lower part of the page (`frame/frame.css`): opening it brings
 * the first chart, or the film, into the other part, where it shows what a control does.
 */

const NARROW = matchMedia("(width <= 768px)"); // where Streamlit lays its sidebar over the page
const OPENING_MS = 300;
const IN_SIGHT = ".live-chart-panel, .st-key-player";

document.addEventListener(
  "click",
  ({ target }) => {
    if (!NARROW.matches || !(target instanceof Element)) return;
    if (!target.closest('[data-testid="stExpandSidebarButton"]')) return;
    setTimeout(() => document.querySelector(IN_SIGHT)?.scrollIntoView(), OPENING_MS);
  },
  { capture: true }, // then the button is there still
);
