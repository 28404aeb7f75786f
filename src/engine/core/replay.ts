import type { Recovered } from './execution/trade.ts';
import { stateHash } from './hash.ts';
import type { Entry } from './inputs.ts';
import type { Output } from './outputs.ts';
import { createState, type StateParams } from './state.ts';
import { step } from './step.ts';

/** What a recording holds: entries of tape and ledger merged by sequence, hashes taken along the way, and holes. */
export type ReplayItem =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'mark'; readonly mark: { readonly seq: number; readonly stateHash: string } }
  | { readonly kind: 'gap'; readonly afterSeq: number; readonly problem: string };

export interface ReplayOutput {
  readonly seq: number;
  readonly output: Output;
}
export interface Replayed {
  readonly seq: number;
  readonly entries: number;
  readonly outputs: readonly ReplayOutput[];
  readonly hash: string;
  /** Marks that agreed, and the first that did not. After a gap no mark can agree and none is compared. */
  readonly marksAgreed: number;
  readonly firstDifferentMark: { readonly seq: number; readonly recorded: string; readonly replayed: string } | null;
  readonly gaps: readonly { readonly afterSeq: number; readonly problem: string }[];
}

export interface Replayer {
  take(item: ReplayItem): void;
  result(): Replayed;
}

/** Folds a recorded run again, from the state it began with, item by item as a reader delivers them. */
export const createReplayer = (params: StateParams, recovered?: Recovered): Replayer => {
  const state = createState(params, recovered);
  const outputs: ReplayOutput[] = [];
  const gaps: { afterSeq: number; problem: string }[] = [];
  let entries = 0;
  let marksAgreed = 0;
  let firstDifferentMark: Replayed['firstDifferentMark'] = null;
  const compare = ({ seq, stateHash: recorded }: { readonly seq: number; readonly stateHash: string }): void => {
    if (gaps.length > 0 || firstDifferentMark !== null) return;
    const replayed = stateHash(state);
    if (seq === state.seq && recorded === replayed) marksAgreed += 1;
    else firstDifferentMark = { seq, recorded, replayed };
  };
  return {
    take: (item) => {
      if (item.kind === 'gap') gaps.push({ afterSeq: item.afterSeq, problem: item.problem });
      else if (item.kind === 'mark') compare(item.mark);
      else {
        entries += 1;
        for (const output of step(state, item.entry)) outputs.push({ seq: item.entry.seq, output });
      }
    },
    result: () => ({ seq: state.seq, entries, outputs, hash: stateHash(state), marksAgreed, firstDifferentMark, gaps }),
  };
};

/** The whole of a recording at once. */
export const replay = (items: Iterable<ReplayItem>, params: StateParams, recovered?: Recovered): Replayed => {
  const replayer = createReplayer(params, recovered);
  for (const item of items) replayer.take(item);
  return replayer.result();
};

/** JSON with sorted names: a recorded output has been through a database and back. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  ) ?? 'absent';

export interface Difference {
  /** Place in the list of outputs, from 0. */
  readonly index: number;
  readonly seq: number;
  readonly recorded: string;
  readonly replayed: string;
}

/** The first output that is not the same in both, or null. */
export const firstDifference = (
  recorded: readonly ReplayOutput[],
  replayed: readonly ReplayOutput[],
): Difference | null => {
  for (let index = 0; index < Math.max(recorded.length, replayed.length); index++) {
    const [was, is] = [recorded[index], replayed[index]];
    const texts = [canonical(was?.output), canonical(is?.output)] as const;
    if (was?.seq === is?.seq && texts[0] === texts[1]) continue;
    return { index, seq: Math.min(was?.seq ?? Infinity, is?.seq ?? Infinity), recorded: texts[0], replayed: texts[1] };
  }
  return null;
};
