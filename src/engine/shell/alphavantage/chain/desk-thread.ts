import { instant } from '../../../core/types.ts';
import { ask } from '../ask.ts';
import { createPayload } from '../payload.ts';
import { buffersOf, type DeskAnswer, type DeskRequest, packChain } from './desk-messages.ts';
import { ChainScan } from './scan.ts';

// A Worker of the engine's: bodies of ten megabytes are read, and their garbage is collected, beside its loop.

declare const self: Worker;

const stopped = new AbortController();
/** The feed stamps a chain when it takes it; no clock is read here. */
const UNSTAMPED = instant(0);

const answer = async (request: Extract<DeskRequest, { kind: 'ask' }>): Promise<DeskAnswer> => {
  const scan = new ChainScan(request.underlying, request.date);
  const payload = createPayload();
  const unanswered = await ask({ ...request.question, stopped: stopped.signal }, (piece) => {
    payload.push(piece);
    scan.push(piece);
  });
  const scanned = unanswered ?? scan.finish(UNSTAMPED);
  const whole = await payload.whole();
  return {
    id: request.id,
    taken: scanned.ok ? { ...scanned, chain: packChain(scanned.chain) } : scanned,
    payload: whole.byteLength === whole.buffer.byteLength ? whole : whole.slice(),
  };
};

self.onmessage = async ({ data }: MessageEvent<DeskRequest>) => {
  if (data.kind === 'stop') {
    stopped.abort();
    return;
  }
  const told = await answer(data);
  if (!stopped.signal.aborted) self.postMessage(told, buffersOf(told));
};
