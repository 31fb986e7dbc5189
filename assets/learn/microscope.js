/** The microscope: a copy of the run in four places that are seen together, and its buttons. */

import { Mounted } from "../shared/component.js";
import { button, element, setText, styleLink, withRole } from "../shared/dom.js";
import { unpacked } from "../shared/envelope.js";
import { Feed } from "../shared/feed.js";
import { _, n_ } from "../shared/words.js";
import { Code } from "./code.js";
import { Memory } from "./memory.js";
import { Networks } from "./networks.js";
import { Symbols } from "./symbols.js";
import { Update } from "./update.js";
import { World } from "./world.js";

const SPEEDS = [1, 2, 5, 10];

class Microscope {
  #do = /** @type {Messages.MicroscopeQuestion["do"]} */ ("look");
  #chosen = 0;
  #isPlaying = false;
  #period = 0;
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();
  #about = element("p", "ms-about ms-quiet");
  #problem = withRole(element("p", "ms-problem"), "alert");
  #copied = element("p", "ms-copied");
  #speed = element("select");
  #play = button("ms-button", _("Slow motion"), () => this.#toggle(), _("Slow motion"));
  #world = new World();
  #memory = new Memory((index) => this.#pick(index));
  #networks = new Networks();
  #update = new Update();
  #code = new Code();
  #root = element("div", "microscope");
  #symbols = new Symbols(this.#root, (symbol) => this.#code.reveal(symbol));
  #feed = new Feed({
    question: () => this.#question(),
    take: (bytes) => this.#take(bytes),
    method: "POST",
  });

  /** @param {Parent} parent */
  constructor(parent) {
    this.#copied.dataset.symbol = "theta2 tau";
    this.#root.append(
      this.#bar(),
      this.#problem,
      element(
        "div",
        "ms-places",
        place(_("World"), "ms-world", this.#world.node),
        place(_("Memory"), "ms-memory", this.#memory.node),
        place(_("Networks"), "ms-networks", this.#copied, this.#networks.node),
        place(_("Update"), "ms-update", this.#update.node),
        place(_("Code"), "ms-code", this.#symbols.node, this.#code.node),
      ),
    );
    parent.append(styleLink(new URL("microscope.css", import.meta.url).href), this.#root);
  }

  #bar() {
    /**
     * @param {Messages.MicroscopeQuestion["do"]} id
     * @param {string} text
     * @param {string} label
     */
    const add = (id, text, label) => {
      const made = button("ms-button", label, () => this.#ask(id), text);
      made.title = label;
      this.#buttons.set(id, made);
      return made;
    };
    for (const speed of SPEEDS) {
      const words = n_("1 update a second", "{count} updates a second", speed);
      this.#speed.append(new Option(words, String(speed)));
    }
    this.#speed.value = "2";
    this.#speed.setAttribute("aria-label", _("Speed of the slow motion"));
    this.#speed.onchange = () => this.#isPlaying && this.#pace();
    this.#play.setAttribute("aria-pressed", "false");
    const bar = element(
      "div",
      "ms-bar",
      add("back", _("◀ Back one"), _("Back one: to the exact state before the last button")),
      add("forward", _("Forward ▶"), _("Forward again")),
      add("step", _("Environment step"), _("Make one environment step")),
      add("update", _("Update"), _("Go on to the next gradient update")),
      add("copy", _("Target copy"), _("Go on to the next target copy")),
      this.#play,
      this.#speed,
      add("fresh", _("The run as it is now"), _("The run as it is now: a new copy of it")),
      this.#about,
    );
    return withRole(bar, "toolbar", _("Microscope"));
  }

  /** @param {Drawn<Messages.MicroscopeData>} component */
  render({ data }) {
    this.#code.show(data.code);
    this.#symbols.show(data.symbols, data.code);
    this.#world.suitTheme();
    this.#memory.draw();
    this.#period = data.period;
    this.#feed.follow({ ...data, period: this.#isPlaying ? this.#playing : data.period });
  }

  /** @returns {Messages.MicroscopeQuestion} */
  #question() {
    const wanted = this.#do === "look" && this.#isPlaying ? "update" : this.#do;
    this.#do = "look";
    return { do: wanted, chosen: this.#chosen };
  }

  /** @param {Messages.MicroscopeQuestion["do"]} what */
  #ask(what) {
    if (this.#isPlaying) this.#toggle();
    this.#do = what;
    this.#feed.ask();
  }

  /** @param {number} index */
  #pick(index) {
    this.#chosen = index;
    this.#ask("look");
  }

  get #playing() {
    return 1000 / Number(this.#speed.value);
  }

  #toggle() {
    this.#isPlaying = !this.#isPlaying;
    this.#play.setAttribute("aria-pressed", String(this.#isPlaying));
    this.#pace();
  }

  #pace() {
    this.#feed.pace(this.#isPlaying ? this.#playing : this.#period);
    if (this.#isPlaying) this.#feed.ask();
  }

  /** @param {Bytes} bytes */
  #take(bytes) {
    /** @type {{ header: Messages.MicroscopeAnswer | Messages.MicroscopeFailure, body: Bytes }} */
    const { header, body } = unpacked(bytes);
    if ("failure" in header) {
      setText(this.#problem, header.failure);
      return;
    }
    if (!header.is_complete && this.#do === "look") this.#do = "on";
    if (header.problem && this.#isPlaying) this.#toggle();
    /** @type {Bytes[]} */
    const pngs = [];
    let start = 0;
    for (const length of header.pngs) pngs.push(body.slice(start, (start += length)));
    this.#chosen = header.chosen;
    this.#show(header, pngs);
    if (!header.is_complete) this.#feed.ask();
  }

  /**
   * @param {Messages.MicroscopeAnswer} header
   * @param {Bytes[]} pngs
   */
  #show(header, pngs) {
    setText(this.#about, header.about);
    setText(this.#problem, header.problem || header.notice);
    setText(this.#copied, header.copied);
    this.#root.dataset.complete = String(header.is_complete);
    this.#enable("back", header.can_go_back);
    this.#enable("forward", header.can_go_forward);
    this.#enable("fresh", !header.is_following);
    this.#world.show(header.world, pngs);
    this.#memory.show(header.memory, header.update, header.chosen);
    this.#networks.show(header.networks);
    this.#update.show(header.update, header.waiting);
    this.#symbols.again();
  }

  /**
   * @param {string} id
   * @param {boolean} isEnabled
   */
  #enable(id, isEnabled) {
    this.#buttons.get(id)?.toggleAttribute("disabled", !isEnabled);
  }

  dispose() {
    this.#feed.dispose();
    this.#memory.dispose();
    this.#networks.dispose();
  }
}

/**
 * @param {string} title
 * @param {string} className
 * @param {Node[]} content
 */
function place(title, className, ...content) {
  const node = element(
    "section",
    `ms-place-box ${className}`,
    element("h3", "", title),
    ...content,
  );
  node.setAttribute("aria-label", title);
  return node;
}

export default new Mounted(Microscope).render;
