import { computeExposure } from '../src/engine/core/analytics/exposure.ts';
import { expiresAt, newYorkInstant, nextSession } from '../src/engine/core/market/calendar.ts';
import type { ChainColumns } from '../src/engine/core/market/chain.ts';
import { yearsUntil } from '../src/engine/core/pricing/bsm.ts';
import type { SessionDate } from '../src/engine/core/types.ts';
import { chainOf, type TestContract } from '../src/engine/testing/chain.ts';
import type { Bench } from './harness.ts';

const SPOT = 500;
const RATES = { rate: 0.045, dividendYield: 0.012 };
const AT = newYorkInstant('2026-09-18' as SessionDate, '11:00:00');
const EXPIRIES = 20;
const STRIKES = 500;
const GRID = 801;

/** 20 expiries (the first today), 500 strikes each, call and put: 20,000 contracts with a smile and uneven interest. */
const rows = (): TestContract[] => {
  const built: TestContract[] = [];
  let expiry = '2026-09-18' as SessionDate;
  for (let e = 0; e < EXPIRIES; e++) {
    for (let s = 0; s < STRIKES; s++) {
      const strike = 300 + s;
      const moneyness = Math.log(strike / SPOT);
      const impliedVolatility = 0.18 + 0.4 * moneyness * moneyness - 0.1 * moneyness;
      const far = Math.exp(-((moneyness / 0.15) ** 2));
      for (const right of ['C', 'P'] as const) {
        const lean = right === 'C' ? 1 + moneyness : 1 - 1.5 * moneyness;
        const openInterest = Math.round((100 + ((s * 37 + e * 11) % 900)) * far * lean);
        built.push({ expiry, right, strike, openInterest, impliedVolatility, gamma: 0.001 });
      }
    }
    expiry = nextSession(expiry).date;
    for (let skip = 0; skip < e; skip++) expiry = nextSession(expiry).date;
  }
  return built;
};

/* The peer: an object per contract and a function per Greek, as open-source exposure scripts are written. */
interface PeerOption {
  type: 'call' | 'put';
  strike: number;
  t: number;
  iv: number;
  oi: number;
}
const pdf = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const cdf = (x: number): number => {
  const a = Math.abs(x);
  const p = [3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871];
  const q = [8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674];
  const top = [...p, 221.213596169931, 220.206867912376].reduce((sum, c) => sum * a + c, 0);
  const bottom = [...q, 637.333633378831, 793.826512519948, 440.413735824752].reduce((sum, c) => sum * a + c, 0);
  const tail = (Math.exp((-a * a) / 2) * top) / bottom;
  return x > 0 ? 1 - tail : tail;
};
const d1 = (o: PeerOption, s: number): number =>
  (Math.log(s / o.strike) + (RATES.rate - RATES.dividendYield + o.iv ** 2 / 2) * o.t) / (o.iv * Math.sqrt(o.t));
const d2 = (o: PeerOption, s: number): number => d1(o, s) - o.iv * Math.sqrt(o.t);
const discountQ = (o: PeerOption): number => Math.exp(-RATES.dividendYield * o.t);
const discountR = (o: PeerOption): number => Math.exp(-RATES.rate * o.t);
const isPut = (o: PeerOption): number => (o.type === 'put' ? 1 : 0);
const peerGamma = (o: PeerOption, s: number): number => (discountQ(o) * pdf(d1(o, s))) / (s * o.iv * Math.sqrt(o.t));
const peerDelta = (o: PeerOption, s: number): number => discountQ(o) * (cdf(d1(o, s)) - isPut(o));
const peerVega = (o: PeerOption, s: number): number => s * discountQ(o) * pdf(d1(o, s)) * Math.sqrt(o.t);
const peerPrice = (o: PeerOption, s: number): number =>
  s * peerDelta(o, s) - o.strike * discountR(o) * (cdf(d2(o, s)) - isPut(o));
const peerTheta = (o: PeerOption, s: number): number =>
  (-s * discountQ(o) * pdf(d1(o, s)) * o.iv) / (2 * Math.sqrt(o.t)) -
  RATES.rate * o.strike * discountR(o) * (cdf(d2(o, s)) - isPut(o)) +
  RATES.dividendYield * s * peerDelta(o, s);
const peerVanna = (o: PeerOption, s: number): number => (-discountQ(o) * pdf(d1(o, s)) * d2(o, s)) / o.iv;
const peerCharm = (o: PeerOption, s: number): number =>
  RATES.dividendYield * peerDelta(o, s) -
  (discountQ(o) * pdf(d1(o, s)) * (2 * (RATES.rate - RATES.dividendYield) * o.t - d2(o, s) * o.iv * Math.sqrt(o.t))) /
    (2 * o.t * o.iv * Math.sqrt(o.t));
const peerGex = (o: PeerOption, s: number): number =>
  (o.type === 'call' ? 1 : -1) * peerGamma(o, s) * o.oi * 100 * s * s * 0.01;

interface PeerAnswer {
  readonly gex: number;
  readonly flip: number;
  readonly byStrike: Map<number, number>;
}
/** Sixty points and a straight line for the flip, as the common script does; 801 would take it a second. */
const peerExposure = (options: readonly PeerOption[], points: number): PeerAnswer => {
  const byStrike = new Map<number, number>();
  const greeks = options.map((o) => ({
    price: peerPrice(o, SPOT),
    delta: peerDelta(o, SPOT),
    theta: peerTheta(o, SPOT),
    vega: peerVega(o, SPOT),
    vanna: peerVanna(o, SPOT),
    charm: peerCharm(o, SPOT),
    gex: peerGex(o, SPOT),
  }));
  options.forEach((o, i) => {
    byStrike.set(o.strike, (byStrike.get(o.strike) ?? 0) + (greeks[i]?.gex ?? Number.NaN));
  });
  const gex = greeks.reduce((sum, g) => sum + g.gex, 0);
  const levels = Array.from({ length: points }, (_, i) => SPOT * (0.8 + (0.4 * i) / (points - 1)));
  const profile = levels.map((level) => options.reduce((sum, o) => sum + peerGex(o, level), 0));
  let flip = Number.NaN;
  for (let i = 1; i < points; i++) {
    const [a, b] = [profile[i - 1] as number, profile[i] as number];
    if (a > 0 === b > 0) continue;
    const [low, high] = [levels[i - 1] as number, levels[i] as number];
    const root = low + ((high - low) * a) / (a - b);
    if (Number.isNaN(flip) || Math.abs(root - SPOT) < Math.abs(flip - SPOT)) flip = root;
  }
  return { gex, flip, byStrike };
};

const contracts = rows();
const chain: ChainColumns = chainOf('SPY', AT, contracts);
const peerOptions = contracts.map(
  (row): PeerOption => ({
    type: row.right === 'C' ? 'call' : 'put',
    strike: row.strike,
    t: yearsUntil(AT, expiresAt(row.expiry as SessionDate, false)),
    iv: row.impliedVolatility ?? Number.NaN,
    oi: row.openInterest ?? Number.NaN,
  }),
);

const agree = (name: string, ours: number | null, peer: number, tolerance: number): void => {
  if (ours === null || !(Math.abs(ours - peer) <= tolerance))
    throw new Error(`chain-exposure: ${name} differs: ours ${ours}, peer ${peer}`);
};

/** Both must say the same before either is timed; the flip against the full grid. */
const check = (): void => {
  const ours = computeExposure(chain, SPOT, AT, RATES);
  const peer = peerExposure(peerOptions, GRID);
  const scale = ours.callGexOwn.reduce((sum, value) => sum + value, 0);
  agree('gamma exposure', ours.gexOwn.value, peer.gex, 1e-9 * scale);
  agree('flip', ours.gammaFlip.value, peer.flip, 1e-5 * SPOT);
  if (ours.contractsOwn !== contracts.length || ours.strikes.length !== STRIKES)
    throw new Error('chain-exposure: expected every contract and strike in the figure');
  ours.strikes.forEach((strike, j) => {
    const own = (ours.callGexOwn[j] ?? Number.NaN) + (ours.putGexOwn[j] ?? Number.NaN);
    agree(`strike ${strike}`, own, peer.byStrike.get(strike) ?? Number.NaN, 1e-9 * scale);
  });
};

const PEER_POINTS = 60;
let checked = false;

const timed = (work: () => void, times: number): number => {
  const start = Bun.nanoseconds();
  for (let i = 0; i < times; i++) work();
  return (Bun.nanoseconds() - start) / times / 1e6;
};

export const bench: Bench = {
  name: `chain-exposure (${contracts.length} contracts: all Greeks, exposure per strike, flip)`,
  peer: `object-per-contract (one function per Greek, flip from ${PEER_POINTS} points)`,
  unit: 'ms',
  goal: '≤ 5 ms',
  run: async () => {
    if (!checked) check();
    checked = true;
    const ours = timed(() => computeExposure(chain, SPOT, AT, RATES), 20);
    const peer = timed(() => peerExposure(peerOptions, PEER_POINTS), 1);
    return { ours, peer };
  },
};
