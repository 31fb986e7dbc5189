/** What the browser's tab remembers of its session, also while its page is loaded again. */

const NAME = "dqn-lab-session";
const page = document.documentElement;

/** @typedef {Omit<Messages.Remembered, "left">} Session */

/** @returns {Partial<Session> | null} */
export function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  } catch {
    return null; // a browser that stores nothing
  }
}

/** @param {Session} session */
export function remember({ name, run, query, lesson, rooms }) {
  page.toggleAttribute("data-has-session", true);
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ name, run, query, lesson, rooms }));
  } catch {
    // a browser that stores nothing
  }
}

/** The page is another session's than the tab remembers, which was asked to come back. */
export function waitForSession() {
  page.toggleAttribute("data-has-session", false);
}

/**
 * Whether the tab's run is on its way: the one that the page holds until then has not begun. So it is
 * from the first moment, whichever script comes first.
 */
export function isRunComingBack() {
  return !page.hasAttribute("data-has-session") && Boolean(remembered()?.run);
}
