/** What the page says after an act: the address carries the code alone, never words of somebody's making. */
const NOTICES = {
  linked: 'Linked. The room of your plan opens by itself.',
  unlinked: 'Unlinked. It leaves the closed rooms now.',
  cancelled: 'Nothing was linked.',
  returning: 'An invitation is on its way.',
} as const;

const PROBLEMS = {
  taken: 'That chat account is linked to another QuantiCity account. Unlink it there first.',
  other: 'You have another account of that chat linked. Unlink it first.',
  over: 'That took too long, or was begun in another browser. Please begin once more.',
  denied: 'You did not agree at Discord, so nothing was linked.',
  refused: 'Discord did not let us put you on the server. You may be banned there, or on as many servers as it allows.',
  failed: 'Discord does not answer as it should just now. Please try again in a moment.',
  nothing: 'There is nothing like that to change any more.',
} as const;

export type NoticeCode = keyof typeof NOTICES;
export type ProblemCode = keyof typeof PROBLEMS;

const wordsOf = <Code extends string>(
  words: Readonly<Record<Code, string>>,
  code: string | undefined,
): string | null => (code !== undefined && Object.hasOwn(words, code) ? words[code as Code] : null);

export const noticeOf = (code: string | undefined): string | null => wordsOf(NOTICES, code);
export const problemOf = (code: string | undefined): string | null => wordsOf(PROBLEMS, code);

const PAGE = '/account/chats';
export const afterwards = (code: NoticeCode): string => `${PAGE}?done=${code}`;
export const amiss = (code: ProblemCode): string => `${PAGE}?problem=${code}`;
