// How the components speak to the server: never while another page is on its way.
//
// Until that page has come, a message still names the page that is being left. Streamlit would take
// the browser to be back there, and empty it.
const ARRIVAL_MS = 1500;
const ANSWER_MS = 3000;

let quietUntil = 0;
const beQuiet = () => {
  quietUntil = performance.now() + ARRIVAL_MS;
};
window.addEventListener(
  "click",
  (event) => {
    if (event.target instanceof Element && event.target.closest("a[href]")) beQuiet();
  },
  { capture: true },
);
window.addEventListener("popstate", beQuiet, { capture: true });

/**
 * Streamlit's `setTriggerValue` for the component in `node`: late rather than at the wrong time.
 *
 * @typedef {(name: string, value: unknown) => void} Send
 * @param {Node} node
 * @param {Send} setTriggerValue
 * @returns {Send}
 */
export function messenger(node, setTriggerValue) {
  return function send(name, value) {
    const ms = quietUntil - performance.now();
    if (ms <= 0) setTriggerValue(name, value);
    else
      setTimeout(() => {
        if (node.isConnected) send(name, value);
      }, ms);
  };
}

/**
 * `ask`, that is not called again before there was time for its answer. Each time there is twice as
 * much: the page's script, which has not come to the answer yet, begins anew.
 *
 * @template {unknown[]} Values
 * @param {(...values: Values) => void} ask
 * @returns {(...values: Values) => void}
 */
export function seldom(ask) {
  let quiet = 0;
  let wait = ANSWER_MS;
  return (...values) => {
    if (performance.now() < quiet) return;
    quiet = performance.now() + wait;
    wait *= 2;
    ask(...values);
  };
}
