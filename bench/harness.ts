import { cpus, loadavg, totalmem } from 'node:os';

/** One figure of the performance table, measured against a named peer in the same run. */
export interface Bench {
  readonly name: string;
  /** What the figure is held against. */
  readonly peer: string;
  /** Of both figures; lower is better unless `higherIsBetter`. */
  readonly unit: string;
  readonly higherIsBetter?: boolean;
  /** What the performance table asks for, in words. */
  readonly goal?: string;
  /** One interleaved repetition: both measured, in turn, on the same input. */
  run(): Promise<{ readonly ours: number; readonly peer: number }>;
  /** What else the runs showed, a line each; the first, warming run is theirs to leave out. */
  notes?(): readonly string[];
  /** Frees what the runs used. */
  close?(): Promise<void>;
}

export interface BenchResult {
  readonly name: string;
  readonly peer: string;
  readonly unit: string;
  readonly goal: string | null;
  readonly repetitions: number;
  readonly ours: number;
  readonly peerFigure: number;
  /** How many times better than the peer; below 1 is worse. Median of the repetitions' own ratios. */
  readonly timesBetter: number;
  readonly spread: readonly [number, number];
  readonly notes: readonly string[];
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
};

export const measure = async (bench: Bench, repetitions: number): Promise<BenchResult> => {
  await bench.run();
  const ours: number[] = [];
  const peer: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const figures = await bench.run();
    ours.push(figures.ours);
    peer.push(figures.peer);
  }
  await bench.close?.();
  const ratios = ours.map((own, i) => {
    const other = peer[i] ?? Number.NaN;
    return bench.higherIsBetter === true ? own / other : other / own;
  });
  return {
    name: bench.name,
    peer: bench.peer,
    unit: bench.unit,
    goal: bench.goal ?? null,
    repetitions,
    ours: median(ours),
    peerFigure: median(peer),
    timesBetter: median(ratios),
    spread: [Math.min(...ours), Math.max(...ours)],
    notes: bench.notes?.() ?? [],
  };
};

/** What the figures were measured on. */
export const machine = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown processor'} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, ` +
  `${process.platform} ${process.arch}, Bun ${Bun.version}, load ${loadavg()[0]?.toFixed(2) ?? '?'}`;

const short = (value: number): string => value.toPrecision(4);

export const asText = (result: BenchResult): string =>
  [
    `${result.name}: ${short(result.ours)} ${result.unit} ` +
      `(${short(result.spread[0])} to ${short(result.spread[1])} over ${result.repetitions} repetitions)`,
    `  ${result.peer}: ${short(result.peerFigure)} ${result.unit}, ours is ${short(result.timesBetter)} times better`,
    ...(result.goal === null ? [] : [`  goal: ${result.goal}`]),
    ...result.notes.map((note) => `  ${note}`),
  ].join('\n');
