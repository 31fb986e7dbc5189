/** Written by `python -m dashboard.messages` from what Python declares. */
declare namespace Messages {
  interface ActionPlaneAnswer {
    title: string;
    actions: string[];
    rows: number;
    columns: number;
    takeaway: string;
    step: number;
    drawn: string;
    has_places: boolean;
    place?: ActionValues;
    kind: "plane";
    x: MapAxis;
    y: MapAxis;
    quantity: "action";
  }

  interface ActionValues {
    actions: string[];
    values: string[];
    greedy: number | null;
    distributions: [number[], number[]][];
    more: string;
  }

  interface BoardAnswer {
    students: Student[];
    summary: string;
  }

  interface BothNetworks {
    online: NetworkDrawing;
    target: NetworkDrawing;
    difference: NetworkDrawing;
    words: string;
    spoken: SpokenNetworks;
  }

  interface Budget {
    name: string;
    done: number;
    total: number;
  }

  interface ChartAnswer {
    columns: string;
    run: string;
    state: string;
    beside: any;
    stopped: number[];
    remarks: Record<string, string>;
    tables: Record<string, TableRows>;
  }

  interface ChartData {
    address: string;
    period: number;
    view: string;
    spec: ChartSpec;
    drawn: string;
    axis: "env_step" | "episode" | "seconds";
    smoothing: number;
    words: ChartWords;
    forks: boolean;
  }

  interface ChartSpec {
    id: string;
    columns: string;
    panels: Panel[];
    height: number;
  }

  interface ChartWords {
    caption: string;
    filename: string;
  }

  interface CheckAnswer {
    state: "open" | "met" | "missed";
    goal: string;
    words: string;
  }

  interface CheckData {
    address: string;
    period: number;
    view: string;
    drawn: string;
  }

  interface CopyableData {
    name: string;
    text: string;
  }

  interface Curve {
    x: number[];
    y: number[];
  }

  interface DrawnCurveData {
    low: number;
    high: number;
    steps: number;
    points: number;
    heights: number[] | null;
    label: string;
    empty: string;
    drawn: string;
  }

  interface DuelData {
    id: string;
    physics: Physics;
    state: number[];
    agent: DuelEpisode;
    title: string;
  }

  interface DuelEpisode {
    positions: number[];
    angles: number[];
    terminated: boolean;
    total: number;
  }

  interface FiguresShown {
    numbers: Record<string, [string, string]>;
    status: "ready" | "running" | "waiting" | "paused" | "finished" | "interrupted" | "failed";
    where: string;
    budget: Budget;
  }

  interface FilmPart {
    id: string;
    title: string;
    fps: number;
    gamma: number;
    observation_labels: string[];
    action_labels: string[];
    observation_limits: ([number | null, number | null])[];
    failing: number[];
    atoms: number;
    state: "recording" | "complete" | "failed";
    message: string;
    terminated: boolean;
    truncated: boolean;
    unseen: string;
    start: number;
    count: number;
    kind: "none" | "picture" | "text";
    sizes: number[];
  }

  interface Followed {
    address: string;
    period: number;
    view: string;
  }

  interface ForkAsked {
    axis: "env_step" | "episode" | "seconds";
    x: number;
  }

  interface FrameData {
    page: number;
    symbols: Record<string, string>;
    language: string;
    is_chosen: boolean;
    answered: string;
    name: string;
    run: string;
    query: string;
    lesson: string;
    rooms: string;
  }

  interface FunctionShown {
    title: string;
    place: string;
    lines: [string, string[]][];
  }

  interface GameAnswer {
    id: string;
    title: string;
    start: number;
    heard: number;
    kind: "picture" | "text";
    sizes: number[];
    returns: [number, number][];
    keys: Record<string, number>;
    labels: string[];
    has_clock: boolean;
    is_running: boolean;
    over: boolean;
    message: string;
  }

  interface GameQuestion {
    id: string;
    start: number;
    keys: string;
  }

  interface GridAnswer {
    title: string;
    actions: string[];
    rows: number;
    columns: number;
    takeaway: string;
    step: number;
    drawn: string;
    has_places: boolean;
    place?: ActionValues;
    kind: "grid";
    directions: ([number, number] | null)[];
    range: [number, number];
    letters: string[];
    ended: boolean[];
    walls: boolean[];
    visits: number[];
  }

  interface HealthAnswer {
    signs: Sign[];
  }

  interface MapAxis {
    label: string;
    unit: string;
    low: number;
    high: number;
  }

  interface MapData {
    address: string;
    period: number;
    view: string;
    drawn: string;
  }

  interface MapQuestion {
    x?: number;
    y?: number;
  }

  interface Mark {
    kind: "good" | "bad" | "open";
    text: string;
  }

  interface MemoryShown {
    oldest: number;
    size: number;
    ends: number[];
    kinds: number[];
    words: string;
    batch: number[];
  }

  interface MicroscopeAnswer {
    about: string;
    problem: string;
    notice: string;
    is_complete: boolean;
    is_following: boolean;
    can_go_back: boolean;
    can_go_forward: boolean;
    chosen: number;
    world: WorldShown;
    memory: MemoryShown;
    networks: BothNetworks | null;
    copied: string;
    update: UpdateShown | null;
    waiting: string;
    pngs: number[];
  }

  interface MicroscopeData {
    address: string;
    period: number;
    view: string;
    code: FunctionShown[];
    symbols: [string, string, string][];
  }

  interface MicroscopeFailure {
    failure: string;
  }

  interface MicroscopeQuestion {
    do: "step" | "update" | "copy" | "look" | "on" | "back" | "forward" | "fresh";
    chosen: number;
  }

  interface NetworkDrawing {
    units: number[][];
    wires: number[][];
  }

  interface Panel {
    key: string;
    title: string;
    traces: Trace[];
    references: Reference[];
    y_title: string;
    y_range: [number, number] | null;
    y_scale: "linear" | "log";
    takeaway: Takeaway;
    empty: string;
  }

  interface Physics {
    gravity: number;
    masscart: number;
    masspole: number;
    length: number;
    force_mag: number;
    tau: number;
    x_threshold: number;
    theta_threshold_radians: number;
    time_limit: number | null;
    push: Push | null;
  }

  interface PlayerAnswer {
    films: FilmPart[];
  }

  interface Push {
    step: number;
    component: number;
    amount: number;
  }

  interface Reference {
    y: number;
    label: string;
    since: Record<"env_step" | "episode" | "seconds", number> | null;
  }

  interface Remembered {
    name: string;
    run: string;
    query: string;
    left: string;
    lesson: string;
    rooms: string;
  }

  interface RoomAnswer {
    is_closed: boolean;
  }

  interface SceneAnswer {
    actions: string[];
    values: string[];
    greedy: number | null;
    distributions: [number[], number[]][];
    more: string;
    sentences: string[];
    name: string;
  }

  interface Sign {
    name: string;
    value: string;
    detail: string;
    status: "wait" | "good" | "watch" | "bad";
    sentence: string;
    trend: TrendLine[];
    shares: number[];
  }

  interface SpokenNetworks {
    online: string;
    target: string;
    difference: string;
  }

  interface StepShown {
    epsilon: number;
    dice: [number, number];
    is_random: boolean;
    actions: [string, string][];
    taken: number;
  }

  interface Student {
    name: string;
    where: string;
    marks: Mark[];
    status: string;
    words: string;
    curves: StudentCurves | null;
  }

  interface StudentCurves {
    training: Curve;
    greedy: Curve;
    steps: number;
    low: number;
    high: number;
  }

  interface TableRows {
    start: number;
    rows: number;
    columns: ([string, "u1" | "u2" | "u4" | "f4" | "f8", number])[];
    texts?: Record<string, string[]>;
  }

  interface Takeaway {
    trace: string;
    quantity: string;
    ceiling: number | null;
  }

  interface TourData {
    steps: TourStep[];
    is_automatic: boolean;
  }

  interface TourStep {
    target: string;
    title: string;
    text: string;
  }

  interface Trace {
    table: string;
    column: string;
    name: string;
    kind: "average" | "line" | "markers";
    color: "return" | "prediction" | "value" | "loss" | "exploration" | "gradient" | number;
    dash: "solid" | "dash" | "dot" | "dashdot";
    more: string[];
    members: Record<string, number[]>;
    singles: boolean;
    behind: boolean;
    whole: boolean;
    id: string;
    hue: number;
  }

  interface TrendLine {
    name: string;
    values: number[];
  }

  interface UpdateShown {
    actions: string[][];
    taken: number;
    best: number;
    words: string[];
    lines: [string, string][][];
    shares: (number | null)[];
    names: string[];
    distributions: [number[], number[]][];
    spread: string;
  }

  interface ValuePlaneAnswer {
    title: string;
    actions: string[];
    rows: number;
    columns: number;
    takeaway: string;
    step: number;
    drawn: string;
    has_places: boolean;
    place?: ActionValues;
    kind: "plane";
    x: MapAxis;
    y: MapAxis;
    quantity: "value" | "advantage";
    range: [number, number];
    ramp: "value" | "advantage";
  }

  interface WorldShown {
    pictures: [string, string][];
    labels: string[];
    columns: [string, string, string[]][];
    step: StepShown | null;
    sentences: string[];
  }
}
