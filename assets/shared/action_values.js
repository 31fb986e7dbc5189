/** Each action with its Q-value and, where it is learnt, the distribution of its return. */

import { Curve, reach, showAll } from "./distribution.js";
import { element, setText, styleLink } from "./dom.js";
import { number } from "./numbers.js";
import { _ } from "./words.js";

export class ActionValues {
  #heading = element("h4");
  #rows = element("dl");
  node = element(
    "div",
    "action-values",
    styleLink(new URL("action_values.css", import.meta.url).href),
    this.#heading,
    this.#rows,
  );

  /**
   * Shows what `dashboard/train_page/action_values.py` tells of one state.
   *
   * @param {Messages.ActionValues} told
   */
  show({ actions, values, greedy, distributions, more }) {
    const hasCurves = distributions.length > 0;
    const curves = distributions.map(() => new Curve());
    const rows = actions.flatMap((action, i) => {
      const name = i === greedy ? "greedy" : "";
      const curve = hasCurves ? [element("dd", name, curves[i].node)] : [];
      return [element("dt", name, action), ...curve, element("dd", name, values[i])];
    });
    if (more)
      rows.push(element("dt", "", more), ...(hasCurves ? [element("dd")] : []), element("dd"));
    if (hasCurves) {
      const [low, high] = reach(distributions);
      showAll(curves, distributions, low, high);
      const scale = element("dd", "scale", element("span", "", number(low)), number(high));
      rows.push(element("dt"), scale, element("dd"));
    }
    const heading = hasCurves
      ? _("Q-values and the returns around them, the greedy action in bold")
      : _("Q-values, the greedy action in bold");
    setText(this.#heading, heading);
    this.#rows.classList.toggle("with-curves", hasCurves);
    this.#rows.replaceChildren(...rows);
  }
}
