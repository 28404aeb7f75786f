import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { chainOf, type TestContract } from '../../../testing/chain.ts';
import { hashOf } from '../../hash.ts';
import { newYorkInstant } from '../../market/calendar.ts';
import { bsmPrice, greeksOf } from '../../pricing/bsm.ts';
import { type Instant, instant, type SessionDate } from '../../types.ts';
import type { Measured } from '../measured.ts';
import type { PositioningView } from './figures.ts';
import {
  createPositioning,
  onPositioningChain,
  onPositioningDay,
  POSITIONING_MODULE,
  positioningByStrike,
  positioningView,
} from './positioning.ts';

const RATES = { rate: 0.04, dividendYield: 0.01 };
const TODAY = '2026-09-18' as SessionDate;
const AT = newYorkInstant(TODAY, '11:00:00');
const SPOT = 500;
/** Today, Monday, in 7, in 28, 32 and 91 days. */
const EXPIRIES = ['2026-09-18', '2026-09-21', '2026-09-25', '2026-10-16', '2026-10-20', '2026-12-18'];
const MS_PER_YEAR = 365 * 86_400_000;
const yearsTo = (expiry: string): number => (newYorkInstant(expiry as SessionDate, '16:00:00') - AT) / MS_PER_YEAR;

const known = (figure: Measured): number => {
  if (figure.value === null) throw new Error(`expected a figure, got absent: ${figure.reason}`);
  return figure.value;
};

/** A smile in strikes: σ = level + 0.3 (−m) of moneyness m = ln K/S, steeper puts. */
const smile = (strike: number, level = 0.2): number => level - 0.3 * Math.log(strike / SPOT);
const market = (level = (_: string) => 0.2): TestContract[] =>
  EXPIRIES.flatMap((expiry) =>
    Array.from({ length: 81 }, (_, s) => 420 + 2 * s).flatMap((strike) =>
      (['C', 'P'] as const).map((right): TestContract => {
        const volatility = smile(strike, level(expiry));
        const price = bsmPrice(right === 'C', SPOT, strike, yearsTo(expiry), volatility, 0.04, 0.01);
        return {
          expiry,
          right,
          strike,
          bid: price + 0.01,
          ask: price + 0.03,
          openInterest: 100 + ((strike * 7) % 90) + (right === 'P' ? 20 : 0),
          volume: 10 + (strike % 13),
          impliedVolatility: volatility,
          gamma: greeksOf(right === 'C', SPOT, strike, yearsTo(expiry), volatility, 0.04, 0.01).gamma,
        };
      }),
    ),
  );

const viewOf = (rows: readonly TestContract[], at: Instant = AT, spot = SPOT): PositioningView => {
  const state = createPositioning();
  onPositioningChain(state, chainOf('SPX', at, rows), spot, at, RATES);
  return positioningView(state, at);
};

const figuresOf = (value: unknown, path = ''): [string, Measured][] => {
  if (typeof value !== 'object' || value === null) return [];
  if ('basis' in value && 'value' in value) return [[path, value as Measured]];
  return Object.entries(value).flatMap(([name, item]) => figuresOf(item, `${path}.${name}`));
};

describe('what positioning states beside its figures', () => {
  test('is the session of the volume and the one before for open interest', () => {
    const view = viewOf(market());
    expect([view.volumeDate, view.openInterestDate]).toEqual(['2026-09-18', '2026-09-17'] as SessionDate[]);
    const sunday = viewOf(market(), newYorkInstant('2026-09-20' as SessionDate, '12:00:00'));
    expect([sunday.volumeDate, sunday.openInterestDate]).toEqual(['2026-09-18', '2026-09-18'] as SessionDate[]);
    const monday = viewOf(market(), newYorkInstant('2026-09-21' as SessionDate, '09:31:00'));
    expect([monday.volumeDate, monday.openInterestDate]).toEqual(['2026-09-21', '2026-09-18'] as SessionDate[]);
  });
  test('is the basis, time and share of contracts of every figure', () => {
    const figures = figuresOf(viewOf(market()));
    expect(figures.length).toBeGreaterThan(200);
    for (const [path, figure] of figures) {
      // Their basis and confidence are those of the carry: see its own test.
      if (/carry|pricing/.test(path)) {
        expect(['chain-quotes', 'settings']).toContain(figure.basis);
        continue;
      }
      expect(figure.basis, path).toBe(
        /volume|Volume|premium/.test(path)
          ? path.includes('volatility')
            ? 'chain-quotes'
            : 'volume'
          : /term|ivRank|volatility/.test(path)
            ? 'chain-quotes'
            : 'open-interest',
      );
      if (figure.value !== null) expect(figure, path).toMatchObject({ asOf: AT, confidence: 1 });
    }
  });
  test('is lower confidence where contracts lack a volatility', () => {
    const rows = market().map((row, i) => {
      const { impliedVolatility: _, ...without } = row;
      return i % 4 === 0 ? without : row;
    });
    const { gex } = viewOf(rows).scopes.all.openInterest;
    expect(gex).toMatchObject({ confidence: 0.75 });
  });
});

describe('expiries by days', () => {
  test('today, seven days and thirty days are calendar days in New York', () => {
    const { scopes, expiries } = viewOf(market());
    expect(expiries.map((expiry) => expiry.days)).toEqual([0, 3, 7, 28, 32, 91]);
    expect([scopes.zeroDte.expiries, scopes.week.expiries, scopes.month.expiries, scopes.all.expiries]).toEqual([
      1, 3, 4, 6,
    ]);
  });
  test('over a change of summer time too', () => {
    const at = newYorkInstant('2026-10-30' as SessionDate, '11:00:00');
    const rows = ['2026-10-30', '2026-11-02', '2026-11-06'].map(
      (expiry): TestContract => ({ expiry, right: 'C', strike: 500, openInterest: 1, impliedVolatility: 0.2 }),
    );
    expect(viewOf(rows, at).expiries.map((expiry) => expiry.days)).toEqual([0, 3, 7]);
  });
  test('an expiry settled this morning is none of today', () => {
    const row: TestContract = { expiry: TODAY, right: 'C', strike: 500, openInterest: 5, impliedVolatility: 0.2 };
    const { scopes, rejected } = viewOf([
      { ...row, settlesAm: true },
      { ...row, expiry: '2026-09-25' },
    ]);
    expect(rejected.expired).toBe(1);
    expect(scopes.zeroDte.openInterest.gex).toMatchObject({ value: null, reason: 'no-expiry' });
  });
  test('the share of today is of the sum of both sides, never netted', () => {
    const row: TestContract = { expiry: TODAY, right: 'C', strike: 500, openInterest: 10, impliedVolatility: 0.2 };
    const later = { ...row, expiry: '2026-09-25' };
    const view = viewOf([row, { ...row, right: 'P' }, later, { ...later, right: 'P' }]);
    expect(known(view.scopes.all.openInterest.gex)).toBeCloseTo(0, 6);
    const [near, far] = [TODAY, '2026-09-25'].map(
      (expiry) => greeksOf(true, 500, 500, yearsTo(expiry), 0.2, 0.04, 0.01).gamma,
    ) as [number, number];
    expect(known(view.zeroDteShareOfGamma)).toBeCloseTo(near / (near + far), 12);
    expect(view.zeroDteShareOfVolume).toMatchObject({ value: null, reason: 'volume-absent' });
    expect(viewOf([later]).zeroDteShareOfGamma).toMatchObject({ value: null, reason: 'no-expiry-today' });
  });
});

describe('volatility by delta and by time', () => {
  test('at the money is the smile at the forward, skew the smile at quarter deltas', () => {
    const { expiries } = viewOf(market());
    let checked = 0;
    for (const { expiry, volatility } of expiries) {
      const t = yearsTo(expiry);
      const forward = SPOT * Math.exp(0.03 * t);
      expect(known(volatility.atTheMoney)).toBeCloseTo(smile(forward), 5);
      expect(known(volatility.expectedMove)).toBeCloseTo(SPOT * smile(forward) * Math.sqrt(t), 1);
      for (const [figure, right] of [
        [volatility.put25Delta, 'P'],
        [volatility.call25Delta, 'C'],
      ] as const) {
        let [low, high] = [300, 800];
        for (let i = 0; i < 80; i++) {
          const k = 0.5 * (low + high);
          const delta = Math.abs(greeksOf(right === 'C', SPOT, k, t, smile(k), 0.04, 0.01).delta);
          if (delta > 0.25 === (right === 'C')) low = k;
          else high = k;
        }
        expect(known(figure)).toBeCloseTo(smile(low), 3);
        checked++;
      }
      expect(known(volatility.skew25DeltaPoints)).toBeGreaterThan(0);
    }
    expect(checked).toBe(12);
  });
  test('a contract without a bid tells no volatility', () => {
    const rows = market();
    const wild = rows.map((row) => (row.strike % 4 === 2 ? { ...row, bid: 0, impliedVolatility: 3 } : row));
    expect(wild.filter((row) => row.bid === 0).length).toBeGreaterThan(400);
    const clean = viewOf(rows.filter((row) => row.strike % 4 !== 2)).expiries.map((expiry) => expiry.volatility);
    expect(viewOf(wild).expiries.map((expiry) => expiry.volatility)).toEqual(clean);
  });
  test('the straddle is both mids at the strike nearest the forward', () => {
    const { volatility } = viewOf(market()).expiries[0] as PositioningView['expiries'][number];
    const mids = [true, false].map((call) => bsmPrice(call, SPOT, 500, yearsTo(TODAY), smile(500), 0.04, 0.01) + 0.02);
    expect(known(volatility.straddleStrike)).toBe(500);
    expect(known(volatility.straddle)).toBeCloseTo((mids[0] as number) + (mids[1] as number), 9);
  });
  test('a flat surface has no slope; a higher far end a positive one', () => {
    expect(Math.abs(known(viewOf(market()).term.slopePoints))).toBeLessThan(0.2);
    const rising = viewOf(market((expiry) => 0.2 + 0.2 * yearsTo(expiry))).term;
    expect(known(rising.slopePoints)).toBeGreaterThan(0.5);
    expect(known(rising.atTheMoney30Day)).toBeCloseTo(0.2 + 0.2 * (30 / 365), 2);
    const inverted = viewOf(market((expiry) => 0.4 - 0.3 * Math.sqrt(yearsTo(expiry)))).term;
    expect(known(inverted.slopePoints)).toBeLessThan(-1);
  });
  test('a maturity is never told beyond the listed ones', () => {
    const short = market().filter((row) => row.expiry <= '2026-09-21');
    expect(viewOf(short).term.atTheMoney7Day).toMatchObject({
      value: null,
      reason: 'maturity-beyond-listed-expiries',
    });
  });
  test('strikes too far from a quarter of delta tell no skew', () => {
    const sparse = market().filter((row) => row.strike % 40 === 20);
    expect(sparse.length).toBeGreaterThan(20);
    const { skew25DeltaPoints } = (viewOf(sparse).expiries[0] as PositioningView['expiries'][number]).volatility;
    expect(skew25DeltaPoints).toMatchObject({ value: null, reason: 'no-contract-around-25-delta' });
  });
});

describe('max pain', () => {
  const row = (right: 'C' | 'P', strike: number, openInterest: number): TestContract => ({
    expiry: TODAY,
    right,
    strike,
    openInterest,
    impliedVolatility: 0.2,
  });
  test('is the lowest of the strikes that cost alike', () => {
    const rows = [row('C', 490, 10), row('P', 510, 10), row('C', 500, 0), row('P', 480, 0)];
    expect(known(viewOf(rows).scopes.zeroDte.maxPain)).toBe(490);
  });
  test('takes two sides', () => {
    expect(viewOf([row('C', 490, 10), row('C', 500, 10)]).scopes.all.maxPain).toMatchObject({
      value: null,
      reason: 'one-sided-open-interest',
    });
  });
});

describe('puts over calls', () => {
  test('by open interest, by volume and by dollars', () => {
    const row: TestContract = { expiry: TODAY, right: 'C', strike: 500, openInterest: 200, volume: 40, bid: 2, ask: 4 };
    const { putCall } = viewOf([
      { ...row, impliedVolatility: 0.2 },
      { ...row, right: 'P', openInterest: 300, volume: 10, bid: 0, ask: 0, last: 6, impliedVolatility: 0.2 },
    ]).scopes.all;
    expect([putCall.openInterest.value, putCall.volume.value]).toEqual([1.5, 0.25]);
    expect(known(putCall.premium)).toBe((10 * 6) / (40 * 3));
  });
  test('without calls there is no ratio', () => {
    const row: TestContract = { expiry: TODAY, right: 'P', strike: 500, openInterest: 200, impliedVolatility: 0.2 };
    const { putCall } = viewOf([row]).scopes.all;
    expect(putCall.openInterest).toMatchObject({ value: null, reason: 'no-call-open-interest' });
    expect(putCall.volume).toMatchObject({ value: null, reason: 'volume-absent' });
  });
});

describe('hedging flow', () => {
  const call: TestContract = {
    expiry: '2026-09-25',
    right: 'C',
    strike: 505,
    openInterest: 1000,
    impliedVolatility: 0.2,
  };
  const delta = (isCall: boolean, spot: number, strike: number, t: number, volatility: number): number =>
    greeksOf(isCall, spot, strike, t, volatility, 0.04, 0.01).delta;

  test.each(['C', 'P'] as const)(
    'of one %s is its delta at the other spot, volatility and time, sold by the long dealer',
    (right) => {
      const { hedging } = viewOf([{ ...call, right }]);
      const t = yearsTo('2026-09-25');
      const is = right === 'C';
      const sign = is ? 1 : -1;
      const flow = (then: number): number => -sign * 1000 * 100 * SPOT * (then - delta(is, SPOT, 505, t, 0.2));
      expect(known(hedging.perPercentUp.repriced)).toBeCloseTo(flow(delta(is, 505, 505, t, 0.2)), 3);
      expect(known(hedging.perPercentDown.repriced)).toBeCloseTo(flow(delta(is, 495, 505, t, 0.2)), 3);
      expect(known(hedging.perPointUp.repriced)).toBeCloseTo(flow(delta(is, SPOT, 505, t, 0.21)), 3);
      expect(known(hedging.perHour.repriced)).toBeCloseTo(flow(delta(is, SPOT, 505, t - 1 / 8760, 0.2)), 3);
      for (const one of [hedging.perPercentUp, hedging.perPercentDown, hedging.perPointUp, hedging.perHour]) {
        expect(known(one.residual)).toBeCloseTo(known(one.repriced) - known(one.linear), 6);
        expect(Math.abs(known(one.residual))).toBeLessThan(0.2 * Math.abs(known(one.linear)));
      }
      expect(Math.sign(known(hedging.perPercentUp.linear))).toBe(-sign);
    },
  );
  test('per hour runs to the close when that is nearer, and settles what settles there', () => {
    const at = newYorkInstant(TODAY, '15:45:00');
    const { hedging } = viewOf([{ ...call, expiry: TODAY, strike: 499 }], at);
    expect(hedging.charmHours).toBe(0.25);
    const now = greeksOf(true, SPOT, 499, 0.25 / 8760, 0.2, 0.04, 0.01).delta;
    expect(known(hedging.perHour.repriced)).toBeCloseTo((-1000 * 100 * SPOT * (1 - now)) / 0.25, 2);
  });
});

describe('absence', () => {
  test('before a chain, without spot and after the chain has aged: every figure, with its reason', () => {
    const state = createPositioning();
    const reasons = (at: Instant): Set<string> =>
      new Set(figuresOf(positioningView(state, at)).map(([, f]) => (f.value === null ? f.reason : 'told')));
    expect(reasons(AT)).toEqual(new Set(['no-chain', 'no-volatility-now']));
    onPositioningChain(state, chainOf('SPX', AT, market()), SPOT, AT, RATES);
    expect(reasons(AT)).toContain('told');
    const aged = instant(AT + POSITIONING_MODULE.ageMsMax + 1);
    expect(reasons(aged)).toEqual(new Set(['stale', 'no-volatility-now']));
    expect(positioningView(state, aged).chainAt).toBe(AT);
    expect(positioningByStrike(state, 'all', 'volume', aged)).toBeNull();
    onPositioningChain(state, chainOf('SPX', AT, market()), Number.NaN, AT, RATES);
    expect(reasons(AT)).toEqual(new Set(['no-spot', 'no-volatility-now']));
  });
  test('a dropout of every gamma refuses the chain', () => {
    const view = viewOf(market().map((row) => ({ ...row, gamma: 0 })));
    const figures = figuresOf(view).filter(([path]) => !path.startsWith('.ivRank'));
    expect(figures.length).toBeGreaterThan(100);
    for (const [path, figure] of figures) expect(figure, path).toMatchObject({ value: null, reason: 'all-gamma-zero' });
  });
  test('no open interest leaves what volume tells', () => {
    const view = viewOf(market().map(({ openInterest: _, ...row }) => row));
    expect(view.scopes.all.openInterest.gex).toMatchObject({ value: null, reason: 'open-interest-absent' });
    expect(view.hedging.perPercentUp.linear).toMatchObject({ value: null, reason: 'open-interest-absent' });
    expect(known(view.scopes.all.volume.gexCalls)).toBeGreaterThan(0);
    expect(view.rejected['open-interest-absent']).toBe(market().length);
    const untraded = viewOf(market().map((row) => ({ ...row, volume: 0 })));
    expect(untraded.scopes.all.volume.gex).toMatchObject({ value: null, reason: 'no-volume' });
    expect(known(untraded.scopes.all.openInterest.gexCalls)).toBeGreaterThan(0);
  });
  test('no garbage makes a figure that is not a number', () => {
    const seed = 7;
    console.log(`positioning garbage property: seed ${seed}`);
    const anything = fc.oneof(
      fc.double(),
      fc.constantFrom(0, -1, 1e-310, 1e-8, 0.2, 100, 500, 1e9, 1e300, Number.NaN, Infinity),
    );
    const contract = fc.record({
      expiry: fc.constantFrom('2026-09-18', '2026-09-17', '2026-12-18', '2026-02-31', '2004-01-01', '2099-01-01'),
      right: fc.constantFrom('C' as const, 'P' as const),
      strike: fc.oneof(fc.integer({ min: 490, max: 510 }), anything),
      settlesAm: fc.boolean(),
      bid: anything,
      ask: anything,
      last: anything,
      volume: fc.oneof(fc.integer({ min: 0, max: 1000 }), anything),
      openInterest: fc.oneof(fc.integer({ min: 0, max: 1000 }), anything),
      impliedVolatility: fc.oneof(fc.double({ min: 0.1, max: 1, noNaN: true }), anything),
      gamma: fc.oneof(fc.double({ min: 0, max: 0.1, noNaN: true }), anything),
    });
    let told = 0;
    fc.assert(
      fc.property(fc.array(contract, { maxLength: 20 }), fc.oneof(fc.constant(500), anything), (rows, spot) => {
        for (const [path, figure] of figuresOf(viewOf(rows, AT, spot))) {
          if (figure.value === null) expect(typeof figure.reason, path).toBe('string');
          else {
            if (!Number.isFinite(figure.value)) throw new Error(`${path} is ${figure.value}`);
            told++;
          }
        }
      }),
      { seed, numRuns: 300 },
    );
    expect(told).toBeGreaterThan(1000);
  });
});

describe('the fold over a day', () => {
  const steps = Array.from({ length: 12 }, (_, k) => ({
    at: instant(AT + 30_000 * k),
    spot: SPOT + 3 * Math.sin(k),
    level: 0.2 + 0.002 * k,
  }));
  const runTo = (count: number): ReturnType<typeof createPositioning> => {
    const state = createPositioning();
    for (let k = 1; k <= 80; k++)
      onPositioningDay(
        state,
        Temporal.PlainDate.from('2026-05-01').add({ days: k }).toString() as SessionDate,
        0.1 + 0.002 * k,
      );
    for (const { at, spot, level } of steps.slice(0, count))
      onPositioningChain(
        state,
        chainOf(
          'SPY',
          at,
          market(() => level),
        ),
        spot,
        at,
        RATES,
      );
    return state;
  };
  test('knows nothing of what comes after: the fold of a beginning is the beginning of the fold', () => {
    const state = runTo(0);
    const hashes = new Set<string>();
    steps.forEach(({ at, spot, level }, k) => {
      onPositioningChain(
        state,
        chainOf(
          'SPY',
          at,
          market(() => level),
        ),
        spot,
        at,
        RATES,
      );
      const alone = runTo(k + 1);
      expect(hashOf(alone)).toBe(hashOf(state));
      expect(positioningView(alone, at)).toEqual(positioningView(state, at));
      hashes.add(hashOf(state));
    });
    expect(hashes.size).toBe(steps.length);
    expect(known(positioningView(state, (steps[11] as { at: Instant }).at).ivRank.rank)).toBeGreaterThan(0);
  });
  test('keeps a session’s last volatility for the rank when the next begins', () => {
    const state = createPositioning();
    onPositioningChain(state, chainOf('SPX', AT, market()), SPOT, AT, RATES);
    expect(state.ivRank.values).toEqual([]);
    const later = newYorkInstant(TODAY, '16:30:00');
    onPositioningChain(
      state,
      chainOf(
        'SPY',
        later,
        market(() => 0.5),
      ),
      SPOT,
      later,
      RATES,
    );
    const monday = newYorkInstant('2026-09-21' as SessionDate, '09:31:00');
    onPositioningChain(state, chainOf('SPX', monday, market()), SPOT, monday, RATES);
    expect(state.ivRank.dates).toEqual([TODAY]);
    expect(state.ivRank.values[0]).toBeCloseTo(0.2, 2);
  });
  test('a jump of gamma exposure comes out as a shift with both values', () => {
    const state = createPositioning();
    const row: TestContract = {
      expiry: '2026-09-25',
      right: 'C',
      strike: 500,
      openInterest: 100,
      impliedVolatility: 0.2,
    };
    expect(onPositioningChain(state, chainOf('SPX', AT, [row]), SPOT, AT, RATES)).toBeNull();
    const next = instant(AT + 60_000);
    const shift = onPositioningChain(state, chainOf('SPX', next, [{ ...row, openInterest: 130 }]), SPOT, next, RATES);
    expect(shift).toMatchObject({ fromAt: AT, toAt: next, share: expect.closeTo(0.3, 2) });
    expect(shift?.to).toBeGreaterThan(shift?.from ?? Infinity);
  });
  test('by strike adds up to the totals', () => {
    const state = runTo(3);
    const { at } = steps[2] as { at: Instant };
    const { scopes } = positioningView(state, at);
    for (const scope of ['all', 'zeroDte', 'week', 'month'] as const)
      for (const basis of ['open-interest', 'volume'] as const) {
        const columns = positioningByStrike(state, scope, basis, at);
        if (columns === null) throw new Error('expected strikes');
        const told = basis === 'volume' ? scopes[scope].volume : scopes[scope].openInterest;
        const sum = (column: readonly number[]): number => column.reduce((a, b) => a + b, 0);
        const near = (ours: number, figure: Measured): void =>
          expect(Math.abs(ours - known(figure)) / known(told.gexCalls)).toBeLessThan(1e-6);
        near(sum(columns.callGex), told.gexCalls);
        near(sum(columns.putGex), told.gexPuts);
        near(sum(columns.charmDealerPerDay), told.charmDealerPerDay);
        expect(columns.strikes.length).toBe(81);
      }
  });
});
