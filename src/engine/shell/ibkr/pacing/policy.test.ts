import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { DEFAULT_PACING, type HistoryWeight, LANES, type Outgoing, PacingPolicy } from './policy.ts';

interface Item extends Outgoing {
  readonly n: number;
  readonly pushedAt: number;
}
interface Left {
  readonly item: Item;
  readonly at: number;
}

const SEED = Number(process.env['FC_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const LIMITS = DEFAULT_PACING;

const weight: fc.Arbitrary<HistoryWeight> = fc
  .record({ symbol: fc.constantFrom('SPY', 'QQQ'), bar: fc.nat(9), bidAsk: fc.boolean() })
  .map(({ symbol, bar, bidAsk }) => ({
    identity: `${symbol} ${bar} ${bidAsk}`,
    series: `${symbol} ${bidAsk}`,
    cost: bidAsk ? 2 : 1,
  }));
const request: fc.Arbitrary<Outgoing> = fc.oneof(
  { weight: 2, arbitrary: fc.nat(20).map((order) => ({ lane: 'cancel' as const, order })) },
  { weight: 4, arbitrary: fc.nat(20).map((order) => ({ lane: 'order' as const, order })) },
  { weight: 1, arbitrary: fc.constant({ lane: 'evidence' as const }) },
  { weight: 6, arbitrary: fc.constant({ lane: 'routine' as const }) },
  { weight: 3, arbitrary: weight.map((history) => ({ lane: 'history' as const, history })) },
);
/** Bursts of requests, each so long after the one before. */
const day = fc.array(
  fc.record({ afterMs: fc.nat(4_000), requests: fc.array(request, { maxLength: 90, size: 'max' }) }),
  {
    minLength: 1,
    maxLength: 25,
    size: 'max',
  },
);

/** Pushes as the day says, takes whenever the policy says that it may, until nothing waits. */
const live = (bursts: readonly { afterMs: number; requests: readonly Outgoing[] }[]) => {
  const policy = new PacingPolicy<Item>(LIMITS);
  const left: Left[] = [];
  const pushed: Item[] = [];
  let now = 0;
  const takeAll = (): void => {
    for (let item = policy.take(now); item; item = policy.take(now)) left.push({ item, at: now });
  };
  const runUntil = (end: number): void => {
    takeAll();
    for (let next = policy.nextAt(now); next <= end; next = policy.nextAt(now)) {
      if (next < now) throw new Error(`time went back: ${next} before ${now}`);
      now = next;
      const before = left.length;
      takeAll();
      if (left.length === before) throw new Error(`nothing could leave at ${next} although it was said to`);
    }
    if (Number.isFinite(end)) now = end;
  };
  for (const { afterMs, requests } of bursts) {
    runUntil(now + afterMs);
    for (const one of requests) {
      const item = { ...one, n: pushed.length, pushedAt: now };
      pushed.push(item);
      policy.push(item);
    }
  }
  runUntil(Number.MAX_SAFE_INTEGER);
  expect(policy.waiting()).toBe(0);
  return { left, pushed, policy };
};

/** The greatest sum of `cost` within any window of `ms`, both ends included. */
const heaviest = (sent: readonly { at: number; cost: number }[], ms: number): number => {
  let from = 0;
  let sum = 0;
  let most = 0;
  for (const { at, cost } of sent) {
    sum += cost;
    while ((sent[from]?.at ?? at) < at - ms) sum -= sent[from++]?.cost ?? 0;
    most = Math.max(most, sum);
  }
  return most;
};
const check = (property: (lived: ReturnType<typeof live>) => void): void => {
  fc.assert(
    fc.property(day, (bursts) => property(live(bursts))),
    { seed: SEED, numRuns: 60 },
  );
};

describe(`pacing (seed ${SEED})`, () => {
  test('no window of a second holds more messages than allowed', () => {
    // A window that is open at one end: what left a whole second ago is in another.
    check(({ left }) =>
      expect(
        heaviest(
          left.map(({ at }) => ({ at, cost: 1 })),
          999.999,
        ),
      ).toBeLessThanOrEqual(LIMITS.messagesPerSecond),
    );
  });

  test('no ten minutes hold more than sixty requests for the past, BID_ASK counted twice', () => {
    check(({ left }) => {
      const sent = left.flatMap(({ item, at }) => (item.history ? [{ at, cost: item.history.cost }] : []));
      expect(heaviest(sent, 600_000)).toBeLessThanOrEqual(60);
    });
  });

  test('no request for the past is repeated within fifteen seconds, and none is the sixth of its series in two', () => {
    check(({ left }) => {
      const groups = new Map<string, { at: number; cost: number }[]>();
      for (const { item, at } of left) {
        if (!item.history) continue;
        for (const name of [`same ${item.history.identity}`, `series ${item.history.series}`])
          groups.set(name, [...(groups.get(name) ?? []), { at, cost: 1 }]);
      }
      for (const [name, sent] of groups) {
        if (name.startsWith('same')) expect(heaviest(sent, 15_000)).toBe(1);
        else expect(heaviest(sent, 2_000)).toBeLessThan(6);
      }
    });
  });

  test('nothing is lost and nothing leaves twice; within a lane of free requests the order is kept', () => {
    check(({ left, pushed }) => {
      expect(left.map(({ item }) => item.n).sort((a, b) => a - b)).toEqual(pushed.map(({ n }) => n));
      for (const lane of LANES.filter((name) => name === 'evidence' || name === 'routine')) {
        const order = left.filter(({ item }) => item.lane === lane).map(({ item }) => item.n);
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    });
  });

  test('a cancel leaves at once while few others do, however many orders and subscriptions flood it', () => {
    check(({ left, pushed, policy }) => {
      const at = new Map(left.map((one) => [one.item.n, one.at]));
      const kept = policy.keptForCancels();
      expect(kept).toBeGreaterThanOrEqual(4);
      for (const item of pushed) {
        if (item.lane !== 'cancel') continue;
        const others = pushed.filter(
          (other) => other.lane === 'cancel' && Math.abs(other.pushedAt - item.pushedAt) <= 2_000 && other.n !== item.n,
        ).length;
        const own = pushed.some((other) => other.lane === 'order' && other.order === item.order && other.n < item.n);
        if (own) continue;
        const delay = (at.get(item.n) ?? Number.NaN) - item.pushedAt;
        if (others < kept) expect(delay).toBe(0);
      }
    });
  });

  test('an order is never overtaken by what was said of it later, its cancel included', () => {
    check(({ left }) => {
      const last = new Map<number, number>();
      for (const { item } of left) {
        if (item.order === undefined) continue;
        if (item.lane === 'order') {
          expect(last.get(item.order) ?? -1).toBeLessThan(item.n);
          last.set(item.order, item.n);
        }
      }
      const place = new Map(left.map(({ item }, index) => [item.n, index]));
      for (const { item } of left) {
        if (item.lane !== 'cancel') continue;
        for (const { item: other } of left) {
          if (other.lane === 'order' && other.order === item.order && other.n < item.n)
            expect(place.get(other.n) ?? 0).toBeLessThan(place.get(item.n) ?? 0);
        }
      }
    });
  });
});

describe('priority', () => {
  const policyOf = (...items: Outgoing[]) => {
    const policy = new PacingPolicy<Item>(LIMITS);
    for (const [n, item] of items.entries()) policy.push({ ...item, n, pushedAt: 0 });
    return policy;
  };
  const take = (policy: PacingPolicy<Item>, now: number): string[] => {
    const lanes: string[] = [];
    for (let item = policy.take(now); item; item = policy.take(now)) lanes.push(item.lane);
    return lanes;
  };

  test('cancels before orders, orders before questions, questions before subscriptions, subscriptions before the past', () => {
    const history = { identity: 'a', series: 'a', cost: 1 };
    const policy = policyOf(
      { lane: 'history', history },
      { lane: 'routine' },
      { lane: 'evidence' },
      { lane: 'order', order: 1 },
      { lane: 'cancel', order: 2 },
    );
    expect(take(policy, 0)).toEqual(['cancel', 'order', 'evidence', 'routine', 'history']);
  });

  test('subscriptions leave room in each second for questions, orders and cancels', () => {
    const policy = policyOf(...Array.from({ length: 60 }, () => ({ lane: 'routine' as const })));
    expect(take(policy, 0)).toHaveLength(33);
    for (let n = 0; n < 10; n += 1) policy.push({ lane: 'order', order: n, n, pushedAt: 0 });
    expect(take(policy, 1)).toHaveLength(8);
    for (let n = 0; n < 10; n += 1) policy.push({ lane: 'cancel', order: 100 + n, n, pushedAt: 0 });
    expect(take(policy, 2)).toEqual(['cancel', 'cancel', 'cancel', 'cancel']);
  });

  test('what was sent on an earlier connection still counts after what waited was forgotten', () => {
    const policy = policyOf(...Array.from({ length: 60 }, () => ({ lane: 'routine' as const })));
    expect(take(policy, 0)).toHaveLength(33);
    expect(policy.clear()).toHaveLength(27);
    policy.push({ lane: 'routine', n: 0, pushedAt: 0 });
    expect(take(policy, 500)).toEqual([]);
    expect(policy.nextAt(500)).toBe(1_000);
  });
});
