/**
 * TWS message codes as data (IBKR, "TWS API message codes"). What a code means depends on what its id names:
 * the connection (-1), an order, or a market-data request.
 */

export type ConnectionMeaning = 'severed' | 'restored' | 'farm-broken' | 'farm-well' | 'client-id-taken' | 'notice';
const CONNECTION: Readonly<Record<number, ConnectionMeaning>> = {
  1100: 'severed',
  2110: 'severed',
  1101: 'restored',
  1102: 'restored',
  2103: 'farm-broken',
  2104: 'farm-well',
  2108: 'farm-well',
  2105: 'notice',
  2106: 'notice',
  2107: 'notice',
  2119: 'notice',
  2157: 'notice',
  2158: 'notice',
  2100: 'notice',
  2150: 'notice',
  326: 'client-id-taken',
};
/** Null for a code that is in no table: to be counted. */
export const connectionMeaning = (code: number): ConnectionMeaning | null => CONNECTION[code] ?? null;

/** Cancels of what TWS has already forgotten. */
export const FORGOTTEN_CODES: ReadonlySet<number> = new Set([300, 310]);

/** The farm that a notice names: `2103 ...broken:usfarm`, `2108 ...upon demand.usfarm`. */
export const farmIn = (message: string): string => /[:.]([^:.]+)$/.exec(message)?.[1]?.trim() ?? message;

/** `refused`: a new order that will never work. `uncertain`: a change or cancel failed; only the broker's list tells what stands. */
export type OrderMeaning = 'refused' | 'cancelled' | 'uncertain' | 'notice';
const REFUSED: readonly number[] = [
  103, 106, 107, 109, 110, 111, 113, 116, 117, 132, 133, 139, 140, 141, 144, 145, 146, 147, 152, 154, 157, 158, 160,
  163, 164, 200, 201, 203, 303, 311, 312, 313, 314, 315, 321, 322, 325, 327, 328, 329, 332, 336, 337, 338, 339, 340,
  341, 342, 343, 344, 345, 346, 347, 348, 349, 350, 351, 352, 353, 355, 356, 357, 358, 359, 360, 361, 362, 363, 364,
  369, 370, 371, 372, 373, 374, 375, 376, 377, 378, 379, 380, 381, 382, 383, 384, 385, 387, 388, 389, 390, 391, 392,
  393, 394, 395, 396, 397, 398, 400, 401, 402, 403, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417,
  418, 419, 420, 430, 434, 435, 436, 460, 461, 10006, 10013, 10015, 10041, 10043, 10052, 10239, 10240, 10243, 10244,
  10250, 10268, 10269, 10270, 10292, 10297, 10316, 10318, 10324, 10325, 10340, 10347,
];
const UNCERTAIN: readonly number[] = [
  104, 105, 134, 135, 136, 161, 2102, 10147, 10148, 10241, 10242, 10326, 10327, 10328,
];
const NOTICES: readonly number[] = [
  131, 399, 404, 2109, 2111, 2130, 2137, 2161, 2168, 2169, 10018, 10019, 10233, 10311, 10329, 10331, 10333,
];
const ORDER: ReadonlyMap<number, OrderMeaning> = new Map<number, OrderMeaning>([
  ...REFUSED.map((code) => [code, 'refused'] as const),
  ...UNCERTAIN.map((code) => [code, 'uncertain'] as const),
  ...NOTICES.map((code) => [code, 'notice'] as const),
  [202, 'cancelled'],
]);
/** A code that is in no table is uncertain about an order, and counted. */
export const orderMeaning = (code: number): OrderMeaning | null => ORDER.get(code) ?? null;

/** `dead`: asking again now is useless. `lost`: ask again. */
export type LineMeaning = 'dead' | 'lost' | 'book-reset' | 'delayed' | 'notice';
const LINE: Readonly<Record<number, LineMeaning>> = {
  317: 'book-reset',
  316: 'lost',
  10182: 'lost',
  10225: 'lost',
  101: 'dead',
  200: 'dead',
  309: 'dead',
  321: 'dead',
  322: 'dead',
  354: 'dead',
  10089: 'dead',
  10092: 'dead',
  10168: 'dead',
  10186: 'dead',
  10189: 'dead',
  10190: 'dead',
  10197: 'dead',
  10346: 'dead',
  10167: 'delayed',
  300: 'notice',
  310: 'notice',
  10090: 'notice',
  2152: 'notice',
};
/** A code that is in no table kills the line, and is counted. */
export const lineMeaning = (code: number): LineMeaning | null => LINE[code] ?? null;
