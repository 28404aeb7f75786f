import { isObject, type JsonObject } from './fields.ts';

/** Why an answer is no data. All but the last three come with HTTP 200. */
export type RefusalKind =
  | 'note'
  | 'information'
  | 'error-message'
  | 'premium-placeholder'
  | 'not-json'
  | 'truncated-json'
  | 'unexpected-shape'
  | 'empty-answer'
  | 'other-symbol'
  | 'timeout'
  | 'network'
  | `http-${number}`;
export interface Refusal {
  readonly ok: false;
  readonly kind: RefusalKind;
  /** The vendor's words; may hold the key: redact before it goes anywhere. */
  readonly message: string;
}

export const refusal = (kind: RefusalKind, message: string): Refusal => ({ ok: false, kind, message });

/** Keys under which the vendor speaks instead of answering. */
export const SENTENCES: readonly (readonly [string, RefusalKind])[] = [
  ['Note', 'note'],
  ['Information', 'information'],
  ['Error Message', 'error-message'],
];
export const PLACEHOLDER = /premium endpoint|artificial and for illustration/i;

/** A whole body at once. */
export const parseBody = (bytes: Uint8Array): { readonly ok: true; readonly body: JsonObject } | Refusal => {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    const head = new TextDecoder().decode(bytes.subarray(0, 200));
    return /^[ \t\r\n]*[[{]/.test(head)
      ? refusal('truncated-json', `the answer of ${bytes.length} bytes is JSON that breaks off or is damaged`)
      : refusal('not-json', `expected JSON, got ${JSON.stringify(head.slice(0, 80))}`);
  }
  return judgeBody(body);
};

/** Tells data from the sentences that the vendor sends in place of it, with status 200. */
export const judgeBody = (body: unknown): { readonly ok: true; readonly body: JsonObject } | Refusal => {
  if (!isObject(body)) return refusal('unexpected-shape', 'expected a JSON object');
  for (const [key, kind] of SENTENCES) {
    const sentence = body[key];
    if (sentence !== undefined && Object.hasOwn(body, key)) return refusal(kind, String(sentence));
  }
  const message = body['message'];
  if (typeof message === 'string' && PLACEHOLDER.test(message)) return refusal('premium-placeholder', message);
  return { ok: true, body };
};
