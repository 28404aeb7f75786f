/** A seeded tape of quotes, trades and depth rows as a decoder would leave it: one column per field. */
export interface EventTape {
  readonly count: number;
  readonly symbols: readonly string[];
  readonly kind: Uint8Array;
  readonly symbol: Uint8Array;
  /** Event `i` is at `startAt + i * betweenMs`. */
  readonly startAt: number;
  readonly betweenMs: number;
  /** Trade: price, size. Quote: bid, bid size, ask, ask size. Depth: price, size, level, 2 · operation + side. */
  readonly a: Float64Array;
  readonly b: Int32Array;
  readonly c: Float64Array;
  readonly d: Int32Array;
}

export const TRADE = 0;
export const QUOTE = 1;
export const DEPTH = 2;
const ROWS = 10;
const BETWEEN_MS = 2;
const START_AT = Date.parse('2026-09-18T13:30:00Z');

const cents = (value: number): number => Math.round(value * 100) / 100;

interface Walk {
  bid: number;
  ask: number;
  /** Prices per side as the receiver's book holds them, ask then bid. */
  readonly rows: readonly [number[], number[]];
}

export const makeTape = (count: number, symbolCount: number, seed: number): EventTape => {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  const tape = {
    count,
    symbols: Array.from({ length: symbolCount }, (_, i) => `SYM${i}`),
    kind: new Uint8Array(count),
    symbol: new Uint8Array(count),
    startAt: START_AT,
    betweenMs: BETWEEN_MS,
    a: new Float64Array(count),
    b: new Int32Array(count),
    c: new Float64Array(count),
    d: new Int32Array(count),
  };
  const walks = tape.symbols.map((): Walk => ({ bid: 100, ask: 100.02, rows: [[], []] }));
  const put = (i: number, a: number, b: number, c: number, d: number): void => {
    tape.a[i] = a;
    tape.b[i] = b;
    tape.c[i] = c;
    tape.d[i] = d;
  };
  /** Fills the book first; then mostly sizes change, now and then the touch comes or goes. */
  const depth = (walk: Walk, i: number): void => {
    const side = random() < 0.5 ? 0 : 1;
    const rows = walk.rows[side];
    const away = side === 1 ? -0.01 : 0.01;
    const size = 100 * (1 + Math.floor(random() * 20));
    const u = random();
    const touch = rows[0] ?? (side === 1 ? 99.9 : 100.1);
    const other = walk.rows[1 - side]?.[0] ?? touch + (side === 1 ? 1 : -1);
    if (rows.length < ROWS) {
      const price = cents((rows.at(-1) ?? touch) + away);
      rows.push(price);
      put(i, price, size, rows.length - 1, side);
    } else if (
      u < 0.1 &&
      Math.abs(touch - away - other) > 0.005 &&
      Math.sign(other - touch + away) === Math.sign(-away)
    ) {
      const price = cents(touch - away);
      rows.unshift(price);
      rows.length = ROWS;
      put(i, price, size, 0, side);
    } else if (u < 0.2) {
      rows.shift();
      put(i, 0, 0, 0, 4 + side);
    } else {
      const level = Math.floor(random() * ROWS);
      put(i, rows[level] ?? touch, size, level, 2 + side);
    }
  };
  for (let i = 0; i < count; i++) {
    const symbol = Math.floor(random() * symbolCount);
    const walk = walks[symbol] as Walk;
    const u = random();
    tape.symbol[i] = symbol;
    if (u < 0.3) {
      tape.kind[i] = TRADE;
      put(i, random() < 0.5 ? walk.bid : walk.ask, 1 + Math.floor(random() * 500), 0, 0);
    } else if (u < 0.7) {
      tape.kind[i] = QUOTE;
      const step = random();
      const move = step < 0.15 ? -0.01 : step > 0.85 ? 0.01 : 0;
      walk.bid = cents(walk.bid + move);
      walk.ask = cents(walk.ask + move);
      put(i, walk.bid, 100 * (1 + Math.floor(random() * 50)), walk.ask, 100 * (1 + Math.floor(random() * 50)));
    } else {
      tape.kind[i] = DEPTH;
      depth(walk, i);
    }
  }
  return tape;
};
