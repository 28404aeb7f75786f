import { computeExposure } from '../src/engine/core/analytics/exposure.ts';
import { AT, chain, PER_EXPIRY, pricing, RATE, SPOT, STRIKES, timed, YIELD } from './greeks-chain.ts';
import { address, compileNative, type NativeColumns } from './greeks-native.ts';
import type { Bench } from './harness.ts';

const N = chain.rowCount;
/** Spots of the peer's profile, as the common script has them: ours scans 801 and refines what it finds. */
const POINTS = 60;
const native = compileNative();
const column = (): Float64Array => new Float64Array(N);
const out = {
  price: column(),
  delta: column(),
  gamma: column(),
  theta: column(),
  vega: column(),
  vanna: column(),
  charm: column(),
};
const columns = [pricing.strike, pricing.logStrike, pricing.volatility, pricing.isCall, ...Object.values(out)].map(
  address,
) as unknown as NativeColumns;
const byStrike = new Float64Array(4 * STRIKES);
const place = Int32Array.from(pricing.strike, (strike) => strike - 300);
const spots = Float64Array.from({ length: POINTS }, (_, i) => SPOT * (0.8 + (0.4 * i) / (POINTS - 1)));
const sums = new Float64Array(POINTS);
const [isCall, places, openInterest, delta, gamma, vanna, charm, rows, logStrike, volatility, levels, totals] = [
  pricing.isCall,
  place,
  chain.openInterest,
  out.delta,
  out.gamma,
  out.vanna,
  out.charm,
  byStrike,
  pricing.logStrike,
  pricing.volatility,
  spots,
  sums,
].map(address) as unknown as Addresses;
type Address = NativeColumns[0];
type Six = readonly [Address, Address, Address, Address, Address, Address];
type Addresses = readonly [...Six, ...Six];

/** What only the compiled code reads: held here, since an address keeps nothing alive. */
const held = { out, place, spots };

/** All Greeks, four exposures per strike and a gamma profile; the total of the gamma exposure. */
const compiled = (): number => {
  if (native === null || held.out.gamma.length !== held.place.length || held.spots.length !== POINTS) return Number.NaN;
  const { greeks, exposure, profile } = native.symbols;
  byStrike.fill(0);
  sums.fill(0);
  let total = 0;
  pricing.years.forEach((t, e) => {
    const [from, to] = [e * PER_EXPIRY, (e + 1) * PER_EXPIRY];
    greeks(from, to, SPOT, RATE, YIELD, t, ...columns);
    total += exposure(from, to, SPOT, isCall, places, openInterest, delta, gamma, vanna, charm, rows);
    profile(from, to, POINTS, RATE, YIELD, t, logStrike, volatility, isCall, openInterest, levels, totals);
  });
  return total;
};
const ours = (): ReturnType<typeof computeExposure> =>
  computeExposure(chain, SPOT, AT, { rate: RATE, dividendYield: YIELD });

const agree = (): void => {
  const own = ours();
  const total = compiled();
  const scale = byStrike.reduce((sum, value, i) => (i % 4 === 0 ? sum + Math.abs(value) : sum), 0);
  const gex = own.gexOwn.value ?? Number.NaN;
  if (!(Math.abs(gex - total) <= 1e-9 * scale))
    throw new Error(`greeks-exposure: gamma exposure differs: ours ${gex}, ${native?.name} ${total}`);
};

let checked = false;
export const bench: Bench = {
  name: `greeks-exposure (${N} contracts: all Greeks, exposures per strike, flip)`,
  peer: native ? `${native.name}, flip from ${POINTS} points` : 'skipped: no C compiler on this machine',
  unit: 'ms',
  goal: '≤ 5 ms',
  run: async () => {
    if (!checked && native) agree();
    checked = true;
    return { ours: timed(ours, 10) / 1e6, peer: native ? timed(compiled, 5) / 1e6 : Number.NaN };
  },
  close: async () => native?.close(),
};
