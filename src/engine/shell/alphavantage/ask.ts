import { type Refusal, refusal } from './body.ts';
import { readBody } from './read-body.ts';

const queryUrl = (baseUrl: string): string => `${baseUrl.replace(/\/+$/, '').replace(/\/query$/, '')}/query`;

export interface Question {
  readonly baseUrl: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly key: string;
  readonly timeoutMs: number;
  readonly stopped: AbortSignal;
}

/** Hands the body of an answer with status 200 to `push`, piece by piece; null when all of it came. Never throws. */
export const ask = async (question: Question, push: (piece: Uint8Array) => void): Promise<Refusal | null> => {
  const { baseUrl, parameters, key, timeoutMs, stopped } = question;
  const url = `${queryUrl(baseUrl)}?${new URLSearchParams({ ...parameters, apikey: key })}`;
  // One clock for the whole answer: a body that trickles must not keep its job from being asked again.
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), stopped]);
  try {
    const response = await fetch(url, { signal, redirect: 'error' });
    if (response.status !== 200) {
      await response.body?.cancel();
      return refusal(`http-${response.status}`, `status ${response.status}`);
    }
    return await readBody(response.body, push);
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    return name === 'TimeoutError'
      ? refusal('timeout', `no whole answer within ${timeoutMs} ms`)
      : refusal('network', error instanceof Error ? error.message : String(error));
  }
};

const TOO_MANY =
  /rate limit|call frequency|calls? per (second|minute|day)|requests? per (second|minute|day)|sparingly/i;

/** Whether the refusal says that there were too many questions, rather than that this one was wrong. */
export const isThrottle = ({ kind, message }: Refusal): boolean =>
  kind === 'http-429' || ((kind === 'note' || kind === 'information') && TOO_MANY.test(message));
