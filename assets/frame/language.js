/** The language of the page: the browser is told it, and remembers what its visitor has chosen. */

const COOKIE = "dqn-lab-language"; // read in `dashboard/web/language.py`
const KEPT_SECONDS = 31_536_000;
/** @type {Record<string, string>} */
const OF_BROWSERS = { zh: "zh-CN" };

/** @param {Pick<Messages.FrameData, "language" | "is_chosen">} told */
export default function tell({ language, is_chosen }) {
  const lang = OF_BROWSERS[language] ?? language;
  // Written anew, even the same one has the browser work out the style of every element.
  if (document.documentElement.lang !== lang) document.documentElement.lang = lang;
  if (is_chosen)
    document.cookie = `${COOKIE}=${language}; Path=/; Max-Age=${KEPT_SECONDS}; SameSite=Lax`;
}
