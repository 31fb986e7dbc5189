/**
 * The address bar carries the experiment, and the tab remembers the name of its session.
 *
 * `st.query_params` would add an entry to the browser's history at each change of a control, and the
 * way back would lead through all of them; this replaces the entry.
 */

import { remember, remembered, waitForSession } from "../shared/tab.js";

const OF_STREAMLIT = ["embed", "embed_options"];

/**
 * The address's parameters that are Streamlit's, or all others.
 *
 * @param {boolean} ofStreamlit
 */
function parameters(ofStreamlit) {
  const all = [...new URL(window.location.href).searchParams];
  const chosen = all.filter(([name]) => OF_STREAMLIT.includes(name) === ofStreamlit);
  return String(new URLSearchParams(chosen));
}

/**
 * The session that the tab had before, unless that was answered: its `name`, `run` and so on.
 *
 * @param {Messages.FrameData} data
 */
function before({ name, answered }) {
  const kept = remembered();
  return kept?.name === name || kept?.name === answered ? null : kept;
}

/**
 * `query` in place of the address's own, but for what Streamlit itself takes from one.
 *
 * @param {string} query
 */
function write(query) {
  const address = new URL(window.location.href);
  const search = [query, parameters(true)].filter(Boolean).join("&");
  if (address.search === `?${search}`) return;
  address.search = search;
  window.history.replaceState(window.history.state, "", address);
}

/** @param {Drawn<Messages.FrameData>} component */
export default function render({ data, setTriggerValue }) {
  const left = before(data);
  if (left) {
    waitForSession();
    // The address stays: Streamlit tells a server that was restarted what the page began with.
    const { name = "", run = "", query = "", lesson = "", rooms = "" } = left;
    /** @type {Messages.Remembered} */
    const told = { name, run, left: query, lesson, rooms, query: parameters(false) };
    setTriggerValue("back", told);
    return;
  }
  write(data.query);
  remember(data);
}
