/** Whether the room of a lesson is still open: once it is closed, the page is drawn anew and says so. */

import { Mounted } from "../shared/component.js";
import { Feed } from "../shared/feed.js";
import { messenger, seldom } from "../shared/messages.js";

class Room {
  #parent;
  /** @type {() => void} */
  #leave = () => {};

  /** @param {Parent} parent */
  constructor(parent) {
    this.#parent = parent;
    this.feed = new Feed({ take: (bytes) => this.#look(bytes) });
  }

  /** @param {Drawn<Messages.Followed>} component */
  render({ data, setTriggerValue }) {
    const send = messenger(this.#parent, setTriggerValue);
    this.#leave = seldom(() => send("redraw", "closed"));
    this.feed.follow(data);
  }

  /** @param {Bytes} bytes */
  #look(bytes) {
    /** @type {Messages.RoomAnswer} */
    const { is_closed } = JSON.parse(new TextDecoder().decode(bytes));
    if (is_closed) this.#leave();
  }

  dispose() {
    this.feed.dispose();
  }
}

export default new Mounted(Room).render;
