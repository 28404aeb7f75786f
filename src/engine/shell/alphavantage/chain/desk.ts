import type { ChainColumns } from '../../../core/market/chain.ts';
import type { Instant, SessionDate } from '../../../core/types.ts';
import type { Question } from '../ask.ts';
import { type Refusal, refusal } from '../body.ts';
import { type DeskAnswer, type DeskRequest, unpackChain } from './desk-messages.ts';

export interface TakenChain {
  readonly ok: true;
  readonly kind: 'chain';
  readonly chain: ChainColumns;
  readonly unknownFields: number;
}

export interface ReadChain {
  /** Stamps the chain with when the feed took it. */
  finish(receivedAt: Instant): TakenChain | Refusal;
  /** The body as it came. */
  readonly payload: Uint8Array;
}

export interface ChainDesk {
  /** Asks and reads the answer. Never rejects: what goes wrong is a refusal. */
  ask(
    question: Omit<Question, 'stopped'>,
    about: { readonly underlying: string; readonly date: SessionDate | null },
  ): Promise<ReadChain>;
  /** Ends the thread; what is still asked is refused. */
  stop(): void;
}

type Settle = (answer: DeskAnswer) => void;

const NOTHING = new Uint8Array(0);

/**
 * Asks for option chains on a thread of its own. A body of 10 MB, read and scanned on the engine's loop, held it for 5 to
 * 9 ms however small the pieces, most of it garbage collection; handed over as columns it takes less than one.
 * The thread starts with the first question and is made anew when it dies.
 */
export const createChainDesk = (threadUrl = new URL('./desk-thread.ts', import.meta.url).href): ChainDesk => {
  const waiting = new Map<number, Settle>();
  let thread: Worker | null = null;
  let lastId = 0;
  let stopped = false;

  const refuseAll = (message: string): void => {
    for (const [id, settle] of [...waiting]) settle({ id, taken: refusal('network', message), payload: NOTHING });
  };
  const start = (): Worker => {
    const started = new Worker(threadUrl);
    started.onmessage = ({ data }: MessageEvent<DeskAnswer>) => waiting.get(data.id)?.(data);
    const lost = (): void => {
      if (thread !== started) return;
      thread = null;
      refuseAll('the thread that reads option chains ended');
    };
    started.onerror = lost;
    started.addEventListener('close', lost);
    return started;
  };
  return {
    ask: (question, { underlying, date }) => {
      lastId += 1;
      const id = lastId;
      const { promise, resolve } = Promise.withResolvers<ReadChain>();
      waiting.set(id, ({ taken, payload }) => {
        waiting.delete(id);
        resolve({
          finish: (receivedAt) =>
            taken.ok ? { ...taken, kind: 'chain', chain: unpackChain(taken.chain, receivedAt) } : taken,
          payload,
        });
      });
      if (stopped) refuseAll('the feed has stopped');
      else {
        thread ??= start();
        thread.postMessage({ kind: 'ask', id, question, underlying, date } satisfies DeskRequest);
      }
      return promise;
    },
    stop: () => {
      stopped = true;
      const last = thread;
      thread = null;
      last?.postMessage({ kind: 'stop' } satisfies DeskRequest);
      last?.terminate();
      refuseAll('the feed has stopped');
    },
  };
};
