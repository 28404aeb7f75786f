import { americanChainGreeks } from '../src/engine/core/pricing/american-chain.ts';
import { chainGreeks, createChainGreeks } from '../src/engine/core/pricing/chain-greeks.ts';
import { chain, median, PER_EXPIRY, pricing, RATE, SPOT, timed, YIELD } from './greeks-chain.ts';
import { address, compileNative, type NativeColumns } from './greeks-native.ts';
import type { Bench } from './harness.ts';

const N = chain.rowCount;
const NAMES = ['price', 'delta', 'gamma', 'thetaPerDay', 'vegaPerPoint', 'vannaPerPoint', 'charmPerDay'] as const;
const out = createChainGreeks(N);
const american = createChainGreeks(N);
const peerOut = createChainGreeks(N);

/* The peer: an object per contract and a function per Greek, as open-source scripts are written. */
interface PeerOption {
  type: 'call' | 'put';
  strike: number;
  t: number;
  iv: number;
}
const options = Array.from(
  { length: N },
  (_, i): PeerOption => ({
    type: pricing.isCall[i] === 1 ? 'call' : 'put',
    strike: pricing.strike[i] as number,
    t: pricing.years[pricing.expirySlot[i] as number] as number,
    iv: pricing.volatility[i] as number,
  }),
);
const pdf = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const cdf = (x: number): number => {
  const a = Math.abs(x);
  const p =
    (((((3.52624965998911e-2 * a + 0.700383064443688) * a + 6.37396220353165) * a + 33.912866078383) * a +
      112.079291497871) *
      a +
      221.213596169931) *
      a +
    220.206867912376;
  const q =
    ((((((8.83883476483184e-2 * a + 1.75566716318264) * a + 16.064177579207) * a + 86.7807322029461) * a +
      296.564248779674) *
      a +
      637.333633378831) *
      a +
      793.826512519948) *
      a +
    440.413735824752;
  const tail = (Math.exp((-a * a) / 2) * p) / q;
  return x > 0 ? 1 - tail : tail;
};
const d1 = (o: PeerOption): number =>
  (Math.log(SPOT / o.strike) + (RATE - YIELD + o.iv ** 2 / 2) * o.t) / (o.iv * Math.sqrt(o.t));
const d2 = (o: PeerOption): number => d1(o) - o.iv * Math.sqrt(o.t);
const isPut = (o: PeerOption): number => (o.type === 'put' ? 1 : 0);
const discountQ = (o: PeerOption): number => Math.exp(-YIELD * o.t);
const discountR = (o: PeerOption): number => Math.exp(-RATE * o.t);
const delta = (o: PeerOption): number => discountQ(o) * (cdf(d1(o)) - isPut(o));
const cash = (o: PeerOption): number => o.strike * discountR(o) * (cdf(d2(o)) - isPut(o));
const PEER: Readonly<Record<(typeof NAMES)[number], (o: PeerOption) => number>> = {
  price: (o) => SPOT * delta(o) - cash(o),
  delta,
  gamma: (o) => (discountQ(o) * pdf(d1(o))) / (SPOT * o.iv * Math.sqrt(o.t)),
  thetaPerDay: (o) =>
    ((-SPOT * discountQ(o) * pdf(d1(o)) * o.iv) / (2 * Math.sqrt(o.t)) - RATE * cash(o) + YIELD * SPOT * delta(o)) /
    365,
  vegaPerPoint: (o) => SPOT * discountQ(o) * pdf(d1(o)) * Math.sqrt(o.t) * 0.01,
  vannaPerPoint: (o) => ((-discountQ(o) * pdf(d1(o)) * d2(o)) / o.iv) * 0.01,
  charmPerDay: (o) =>
    (YIELD * delta(o) -
      (discountQ(o) * pdf(d1(o)) * (2 * (RATE - YIELD) * o.t - d2(o) * o.iv * Math.sqrt(o.t))) /
        (2 * o.t * o.iv * Math.sqrt(o.t))) /
    365,
};
const peer = (): void => {
  for (let i = 0; i < N; i++) {
    const option = options[i] as PeerOption;
    for (const name of NAMES) peerOut[name][i] = PEER[name](option);
  }
};
const ours = (): void => chainGreeks(pricing, SPOT, RATE, YIELD, out);

const native = compileNative();
const columns = [
  pricing.strike,
  pricing.logStrike,
  pricing.volatility,
  pricing.isCall,
  ...NAMES.map((name) => peerOut[name]),
].map(address) as unknown as NativeColumns;
const compiled = (): void => {
  pricing.years.forEach((t, e) => {
    native?.symbols.greeks(e * PER_EXPIRY, (e + 1) * PER_EXPIRY, SPOT, RATE, YIELD, t, ...columns);
  });
};

const agree = (who: string): void => {
  for (const name of NAMES)
    for (let i = 0; i < N; i++) {
      const [own, other] = [out[name][i] as number, peerOut[name][i] as number];
      if (!(Math.abs(own - other) <= 1e-9 * Math.max(1, Math.abs(own))))
        throw new Error(`greeks: ${name} of contract ${i} differs: ours ${own}, ${who} ${other}`);
    }
};

const carry = {
  rate: new Float64Array(pricing.years.length).fill(RATE),
  dividendYield: new Float64Array(pricing.years.length).fill(YIELD),
};
let warm = false;
const ratios: number[] = [];
const nativeNs: number[] = [];
const americanMs: number[] = [];

/** The same answers before either is timed; then enough rounds for the compiler behind each to have done its best. */
const prepare = (): void => {
  ours();
  peer();
  agree('objects');
  if (native) {
    for (const name of NAMES) peerOut[name].fill(0);
    compiled();
    agree(native.name);
  }
  for (let i = 0; i < 100; i++) ours();
  warm = true;
};

export const bench: Bench = {
  name: `greeks (price and 6 Greeks per contract, chain of ${N})`,
  peer: 'object-per-contract (one function per Greek)',
  unit: 'ns',
  goal: '≤ 30 ns',
  run: async () => {
    if (!warm) prepare();
    const own = timed(ours, 30) / N;
    if (native) {
      const c = timed(compiled, 30) / N;
      nativeNs.push(c);
      ratios.push(own / c);
    }
    americanMs.push(timed(() => americanChainGreeks(pricing, SPOT, carry, american), 1) / 1e6);
    return { ours: own, peer: timed(peer, 2) / N };
  },
  notes: () => [
    native
      ? `${native.name}: ${median(nativeNs).toPrecision(4)} ns, ours takes ${median(ratios).toPrecision(3)} times as long`
      : 'compiled C: skipped, no C compiler on this machine',
    `American exercise: ${((median(americanMs) * 1e3) / N).toPrecision(3)} µs per contract, ` +
      `${median(americanMs).toPrecision(3)} ms for the chain (QuantLib's fast scheme: 45 µs for a price alone)`,
  ],
  close: async () => native?.close(),
};
