/**
 * The address bar carries the experiment, and the tab the name of its session.
 *
 * `st.query_params` would add an entry to the browser's history at each change of a control, and the
 * way back would lead through all of them; this replaces the entry.
 */

const NAME = "dqn-lab-session";

/** Keep the session's name; or, where the tab had another one and was not answered, that one's. */
function unanswered({ session, answered }) {
  try {
    const name = sessionStorage.getItem(NAME);
    if (name && name !== session && name !== answered) return name;
    sessionStorage.setItem(NAME, session);
  } catch {
    // a browser that stores nothing
  }
  return null;
}

/** `query` in place of the address's own, but for what Streamlit itself takes from one. */
function write(query) {
  const address = new URL(window.location.href);
  const embedding = new URLSearchParams(
    [...address.searchParams].filter(([name]) => name === "embed" || name === "embed_options"),
  );
  const search = [query, String(embedding)].filter(Boolean).join("&");
  if (address.search === `?${search}`) return;
  address.search = search;
  window.history.replaceState(window.history.state, "", address);
}

export default function render({ data, setTriggerValue }) {
  write(data.query);
  const name = unanswered(data);
  if (name) setTriggerValue("back", name);
}
