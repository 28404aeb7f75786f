import type { WebContext } from '../../context.ts';

/** Every refusal there is, by the last part of its `type` (RFC 9457). */
const PROBLEMS = {
  'no-key': { status: 401, title: 'Send your key as "Authorization: Bearer qc_…".' },
  'unknown-key': { status: 401, title: 'There is no such key, or it was revoked.' },
  'plan-without-api': { status: 403, title: 'Your plan does not include the API.' },
  'scope-missing': { status: 403, title: 'This key may not read that.' },
  'not-found': { status: 404, title: 'There is no such thing.' },
  'unknown-cursor': { status: 410, title: 'That cursor is not known: start again without it.' },
  'bad-parameter': { status: 400, title: 'A parameter does not fit.' },
  'too-many-requests': { status: 429, title: 'Too many requests: wait as long as Retry-After says.' },
  'our-fault': { status: 500, title: 'That did not work, and it is our fault.' },
} as const;
export type ProblemName = keyof typeof PROBLEMS;

export const problem = (c: WebContext, name: ProblemName, detail?: string): Response => {
  const { status, title } = PROBLEMS[name];
  if (status === 401) c.header('WWW-Authenticate', 'Bearer realm="QuantiCity"');
  const body = { type: `/account/api#${name}`, title, status, ...(detail !== undefined && { detail }) };
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json' });
};
