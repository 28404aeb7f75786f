/**
 * What each TWS message code does, as data (IBKR, "TWS API message codes"). The same code can come about the connection
 * (id -1), about an order or about a subscription, and then means different things: one row says all of them.
 */

/** About the connection. `restored-empty`: TWS forgot the subscriptions. `leave`: this socket is of no more use. */
export type ConnectionEffect =
  | 'severed'
  | 'restored-empty'
  | 'restored-kept'
  | 'farm-broken'
  | 'farm-well'
  | 'history-farm-broken'
  | 'history-farm-well'
  | 'leave'
  | 'ask-evidence'
  | 'notice';
/**
 * About an order. `refused`: a new order that will never work. `refused-number`: the same, and TWS must be asked for a
 * number. `uncertain`: a change or a cancel failed, or nobody knows: only the broker's list tells what stands.
 */
export type OrderEffect = 'refused' | 'refused-number' | 'cancelled' | 'uncertain' | 'notice';
/**
 * About a subscription or a request for data. `dead`: asking again now is useless. `full`: nor is there room for it.
 * `lost`: ask again soon. `competing`: another session of the user has the data; ask again later. `delayed`: data come,
 * but not of now. `no-data`: a question about the past that has no answer.
 */
export type LineEffect =
  | 'dead'
  | 'full'
  | 'lost'
  | 'competing'
  | 'delayed'
  | 'book-reset'
  | 'no-data'
  | 'too-soon'
  | 'notice';
/** `alarmed`: somebody should look now. `told`: it stands in the log. */
export type OperatorEffect = 'quiet' | 'told' | 'alarmed';

/** Of the log. */
export const LEVELS: Readonly<Record<OperatorEffect, 'info' | 'warn' | 'error'>> = {
  quiet: 'info',
  told: 'warn',
  alarmed: 'error',
};

export interface CodeEffects {
  readonly connection: ConnectionEffect;
  readonly order: OrderEffect;
  readonly line: LineEffect;
  readonly operator: OperatorEffect;
}

/** Of a code that the table does not know: nothing is believed of it, and it is counted. */
export const UNKNOWN_CODE: CodeEffects = Object.freeze({
  connection: 'notice',
  order: 'uncertain',
  line: 'dead',
  operator: 'told',
});

type Row = readonly [codes: string, effects: Partial<CodeEffects>];
/** What a row leaves out it does as an unknown code does. Codes and ranges of codes, both ends included. */
const ROWS: readonly Row[] = [
  // The connection between TWS and IB, and the socket to TWS.
  ['1100 2110', { connection: 'severed', operator: 'alarmed' }],
  ['1101', { connection: 'restored-empty' }],
  ['1102', { connection: 'restored-kept' }],
  ['1300', { connection: 'leave', operator: 'alarmed' }],
  // The number may still be held by the socket that broke: try again, never under another one.
  ['326', { connection: 'leave' }],
  // TWS hangs up after it; the limiter is meant to make it impossible.
  ['100', { operator: 'alarmed', line: 'lost' }],
  // Farms: the quality of data, not the connection. What is of history concerns history alone.
  ['2103', { connection: 'farm-broken' }],
  ['2104 2108', { connection: 'farm-well', operator: 'quiet' }],
  ['2105', { connection: 'history-farm-broken' }],
  ['2106 2107', { connection: 'history-farm-well', operator: 'quiet' }],
  ['2119 2157 2158', { operator: 'quiet' }],
  ['2100 2150', { operator: 'quiet', order: 'notice', line: 'notice' }],
  ['2101', { operator: 'alarmed' }],
  // IB may sell positions of its own accord after it: what stands must come from the broker.
  ['2148', { connection: 'ask-evidence', order: 'notice', line: 'notice', operator: 'alarmed' }],
  // Somebody locked TWS, or allowed it to read only.
  ['438 10015', { order: 'refused', operator: 'alarmed' }],

  // Orders that are over.
  ['103', { order: 'refused-number', operator: 'alarmed' }],
  ['202', { order: 'cancelled' }],
  ['106-107 109-111 113 116-117 132-133 139-141 144-147 152 154 157-158 160 163-164 203', { order: 'refused' }],
  ['201', { order: 'refused' }],
  [
    '303 311-315 325 327-329 332 336-353 355-364 369-385 387-398 400-403 405-419 430 434-436 460-461',
    { order: 'refused' },
  ],
  [
    '10006 10013 10041 10043 10052 10239-10240 10243-10244 10250 10268-10270 10292 10297 10316 10318',
    { order: 'refused' },
  ],
  ['10324-10325 10340 10347', { order: 'refused' }],
  ['321-322', { order: 'refused', line: 'dead' }],
  // Changes and cancels that did not take.
  ['104-105 134-136 137 161 440 444 2102 10147-10148 10241-10242 10326-10328 10341', { order: 'uncertain' }],
  // Said beside an order, not against it.
  [
    '131 399 404 2109 2111 2130 2137 2161 2168-2169 10018-10019 10233 10311 10329 10331 10333',
    { order: 'notice', operator: 'quiet' },
  ],
  ['481', { order: 'uncertain', operator: 'alarmed' }],

  // Subscriptions.
  ['200', { order: 'refused', line: 'dead' }],
  ['101 309 10190', { line: 'full' }],
  ['354 10089 10091-10092 10168 10186 10187 10189 10346', { line: 'dead' }],
  ['10197', { line: 'competing', operator: 'alarmed' }],
  ['10167', { line: 'delayed', operator: 'alarmed' }],
  ['316 10182 10225', { line: 'lost' }],
  ['317', { line: 'book-reset' }],
  ['300 310 365-366 2152 10090', { line: 'notice', operator: 'quiet' }],
  ['102', { line: 'lost' }],
  // The past. 162 says one of many things: `historyEffect` reads which.
  ['162 165-166 386 420', { line: 'no-data' }],

  // Of the client library's own making: it ends the connection itself, or never says it.
  ['501-584 586-589', {}],
  // About things that we never ask for: advisors, algorithms, combinations, VWAP, DDE, news, event calendars, crypto, bonds.
  ['114-115 118-126 129 138 142-143 148 151 153 155-156 159 167-168 301-302 304-308 319-320 323-324 330-331', {}],
  ['333-335 367-368 421-429 431-433 437 439 441-443 445-449 585', {}],
  ['10000-10003 10005 10007-10012 10014 10016-10017 10020-10027 10230-10232 10234-10238 10245-10249 10251-10254', {}],
  ['10276-10290 10293-10296 10298-10310 10312 10314-10315 10317 10319-10323 10330 10332 10334-10339 10342-10345', {}],
];

const expand = (codes: string): number[] =>
  codes.split(' ').flatMap((part) => {
    const [first, last] = part.split('-').map(Number);
    if (first === undefined) return [];
    return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i);
  });

const readTable = (): ReadonlyMap<number, CodeEffects> => {
  const table = new Map<number, CodeEffects>();
  for (const [codes, effects] of ROWS) {
    for (const code of expand(codes)) {
      if (table.has(code)) throw new Error(`TWS codes: ${code} stands in two rows`);
      table.set(code, Object.freeze({ ...UNKNOWN_CODE, ...effects }));
    }
  }
  return table;
};

export const CODE_TABLE: ReadonlyMap<number, CodeEffects> = readTable();
/** Null for a code that is not in the table: to be counted. */
export const effectsOf = (code: number): CodeEffects | null => CODE_TABLE.get(code) ?? null;

/** Cancels of what TWS has already forgotten. */
export const FORGOTTEN_CODES: ReadonlySet<number> = new Set([300, 310, 366]);

/** What a code does to a question about the past: a pacing violation is asked again later, a cancel is no news. */
export const historyEffect = (code: number, message: string): LineEffect => {
  const { line } = effectsOf(code) ?? UNKNOWN_CODE;
  if (code !== 162) return line;
  if (/pacing violation/i.test(message)) return 'too-soon';
  return /query cancel+ed/i.test(message) ? 'notice' : 'no-data';
};

/** The farm that a notice names: `2103 ...broken:usfarm`, `2108 ...upon demand.usfarm`. */
export const farmIn = (message: string): string => /[:.]([^:.]+)$/.exec(message)?.[1]?.trim() ?? message;
