import assert from "node:assert/strict";
import test from "node:test";

import { Mounted } from "../../../assets/shared/component.js";

class Noted {
  seen = [];
  isDisposed = false;
  render({ data }) {
    this.seen.push(data);
  }
  dispose() {
    this.isDisposed = true;
  }
}

test("a component is made with its element and drawn at each draw of the page", () => {
  const mounted = new Mounted(Noted);
  const [one, other] = [{ isConnected: true }, { isConnected: true }];
  for (const data of [1, 2]) mounted.render({ data, parentElement: one });
  mounted.render({ data: 3, parentElement: other });
  assert.deepEqual(mounted.get(one).seen, [1, 2]);
  assert.deepEqual(mounted.get(other).seen, [3]);
});

test("it goes with its element, not with a draw that another one took the place of", () => {
  const mounted = new Mounted(Noted);
  const parentElement = { isConnected: true };
  const cleanUp = mounted.render({ data: 1, parentElement });
  const noted = mounted.get(parentElement);
  cleanUp();
  assert.equal(mounted.get(parentElement), noted);
  parentElement.isConnected = false;
  cleanUp();
  cleanUp();
  assert.ok(noted.isDisposed);
  assert.equal(mounted.get(parentElement), undefined);
});

test("a component of another version of its script takes the place of the one before", () => {
  const [before, after] = [new Mounted(Noted), new Mounted(Noted)];
  let isEmptied = false;
  const parentElement = { isConnected: true, replaceChildren: () => (isEmptied = true) };
  before.render({ data: 1, parentElement });
  const noted = before.get(parentElement);
  assert.ok(!isEmptied);
  after.render({ data: 2, parentElement });
  assert.ok(noted.isDisposed && isEmptied);
  assert.equal(before.get(parentElement), undefined);
  assert.deepEqual(after.get(parentElement).seen, [2]);
});
