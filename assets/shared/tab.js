/** What the browser's tab remembers of its session, also while its page is loaded again. */

const NAME = "dqn-lab-session";

/** @returns {Partial<Omit<Messages.Remembered, "left">> | null} */
export function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  } catch {
    return null; // a browser that stores nothing
  }
}

/** @param {Omit<Messages.Remembered, "left">} session */
export function remember(session) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(session));
  } catch {
    // a browser that stores nothing
  }
}

/**
 * Whether the tab's run is on its way: what the page holds until then has not begun. So it is from
 * the first moment, whichever script comes first, until `frame/address.js` says otherwise.
 */
export const tab = { isComingBack: Boolean(remembered()?.run) };
