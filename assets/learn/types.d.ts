/** What `dashboard/learn_page/message.py` and `source.py` send to the microscope. */

/** A text and the ids of the symbols that it makes, with a space between two; "" for none. */
export type Piece = [text: string, symbol: string];

/** A function of the project's own source, each line with the symbols that it makes. */
export interface Passage {
  title: string;
  place: string;
  lines: [text: string, symbols: string[]][];
}

export type Meaning = [id: string, sign: string, meaning: string];

/** Data of the component. */
export interface Page extends Followed {
  code: Passage[];
  symbols: Meaning[];
}

/** The newest environment step: its two random numbers, and Q of each action. */
export interface Step {
  epsilon: number;
  dice: [chooses: number, action: number];
  isRandom: boolean;
  actions: [label: string, q: string][];
  taken: number;
}

export interface Surroundings {
  pictures: [title: string, words: string][];
  labels: string[];
  columns: [title: string, symbol: string, values: string[]][];
  step: Step | null;
  sentences: string[];
}

/** What is stored, by the transitions' numbers; each of the `ends` has its kind. */
export interface Stored {
  oldest: number;
  size: number;
  ends: number[];
  kinds: number[];
  words: string;
  batch: number[];
}

/** A gradient update, of the transition that is chosen. */
export interface Made {
  words: string[];
  lines: Piece[][];
  shares: (number | null)[];
  names: string[];
  actions: [label: string, ...values: string[]][];
  taken: number;
  best: number;
  distributions: import("../shared/distribution.js").Distribution[];
  spread: string;
}

/** The units of each layer, and the wires after it: from, to, weight, one after the other. */
export interface Network {
  units: number[][];
  wires: number[][];
}

export type NetworkKind = "online" | "target" | "difference";

export type Both = Record<NetworkKind, Network> & {
  words: string;
  spoken: Record<NetworkKind, string>;
};

/** The header of an answer; `failure` stands alone. */
export interface Seen {
  failure?: string;
  about: string;
  problem: string;
  notice: string;
  copied: string;
  isComplete: boolean;
  isFollowing: boolean;
  canGoBack: boolean;
  canGoForward: boolean;
  chosen: number;
  world: Surroundings;
  memory: Stored;
  networks: Both | null;
  update: Made | null;
  waiting: string;
  pngs: number[];
}
