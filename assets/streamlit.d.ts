/** What Streamlit and its components say to each other. */

/** Where a component is drawn. */
type Parent = HTMLElement & ShadowRoot;

/** What a component is called with at each draw of the page. */
interface Drawn<Data = any> {
  data: Data;
  parentElement: Parent;
  setTriggerValue: (name: string, value: unknown) => void;
}

/** What a server answers. */
type Bytes = Uint8Array<ArrayBuffer>;
