/** The language of the page: the browser is told it, and remembers what its visitor has chosen. */

const COOKIE = "dqn-lab-language"; // read in `dashboard/web/language.py`
const KEPT_SECONDS = 31_536_000;
/** @type {Record<string, string>} */
const OF_BROWSERS = { zh: "zh-CN" };

/** @param {{ language: string, isChosen: boolean }} told */
export default function tell({ language, isChosen }) {
  document.documentElement.lang = OF_BROWSERS[language] ?? language;
  if (isChosen)
    document.cookie = `${COOKIE}=${language}; Path=/; Max-Age=${KEPT_SECONDS}; SameSite=Lax`;
}
