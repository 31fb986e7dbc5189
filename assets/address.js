/**
 * The address bar carries the experiment, and the tab the name of its session.
 *
 * `st.query_params` would add an entry to the browser's history at each change of a control, and the
 * way back would lead through all of them; this replaces the entry.
 */

const NAME = "dqn-lab-session";

/** The session that this tab had before, if it was another one; a reload leaves it there. */
function earlier(session) {
  try {
    const name = sessionStorage.getItem(NAME);
    sessionStorage.setItem(NAME, session);
    return name === session ? null : name;
  } catch {
    return null; // a browser that stores nothing
  }
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
  const name = earlier(data.session);
  if (name) setTriggerValue("earlier", name);
}
