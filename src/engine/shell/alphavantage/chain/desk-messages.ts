import type { ChainColumns } from '../../../core/market/chain.ts';
import type { ContractId, Instant, SessionDate } from '../../../core/types.ts';
import type { Question } from '../ask.ts';
import type { Refusal } from '../body.ts';

/** What the feed's side says to the reading thread. */
export type DeskRequest =
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly question: Omit<Question, 'stopped'>;
      readonly underlying: string;
      /** Of an answer about a past day: rows of another are left out. */
      readonly date: SessionDate | null;
    }
  | { readonly kind: 'stop' };

/** A chain on its way between threads: its columns are handed over, not copied; contract ids travel as one text of lines. */
export type SentChain = Omit<ChainColumns, 'receivedAt' | 'contractIds'> & { readonly contractIdLines: Uint8Array };

export interface DeskAnswer {
  readonly id: number;
  readonly taken: { readonly ok: true; readonly chain: SentChain; readonly unknownFields: number } | Refusal;
  /** The body as it came: empty where none did. */
  readonly payload: Uint8Array;
}

export const packChain = ({ receivedAt: _, contractIds, ...columns }: ChainColumns): SentChain => ({
  ...columns,
  contractIdLines: new TextEncoder().encode(contractIds.join('\n')),
});

export const unpackChain = ({ contractIdLines, ...columns }: SentChain, receivedAt: Instant): ChainColumns => ({
  ...columns,
  receivedAt,
  contractIds: new TextDecoder().decode(contractIdLines).split('\n') as ContractId[],
});

/** Each buffer of an answer, once: what changes hands. */
export const buffersOf = ({ taken, payload }: DeskAnswer): ArrayBuffer[] => {
  const values: readonly unknown[] = [payload, ...(taken.ok ? Object.values(taken.chain) : [])];
  const buffers = values.flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
  return [...new Set(buffers)];
};
