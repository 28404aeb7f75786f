import { describe, expect, test } from 'bun:test';
import { instant } from '../../../core/types.ts';
import { createRandom } from '../../../testing/random.ts';
import { beat, createRate, phaseAt, silentAfterMs } from './silence.ts';

const SEED = Number(process.env['FC_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const at = (text: string) => instant(Date.parse(text));
const SECOND = 1_000;

describe('parts of a session day', () => {
  test.each([
    // 2026-03-20 is a Friday, four hours behind UTC.
    ['2026-03-20T07:59:59Z', null],
    ['2026-03-20T08:00:00Z', 'pre-open'],
    ['2026-03-20T13:30:00Z', 'open'],
    ['2026-03-20T14:00:00Z', 'midday'],
    ['2026-03-20T19:29:59Z', 'midday'],
    ['2026-03-20T19:30:00Z', 'close'],
    ['2026-03-20T20:00:00Z', 'after'],
    ['2026-03-21T00:00:00Z', null],
    ['2026-03-21T15:00:00Z', null],
    // The day after Thanksgiving closes at one.
    ['2026-11-27T17:45:00Z', 'close'],
    ['2026-11-27T18:00:00Z', 'after'],
  ])('%s is %p', (text, phase) => {
    expect<string | null>(phaseAt(at(text))).toBe(phase);
  });
});

describe('silence', () => {
  test('of a busy quote is a fault within seconds, of a bar after two of them, of a slow option after minutes', () => {
    expect(silentAfterMs(createRate('quote', false), 'open', SECOND)).toBeLessThan(10_000);
    expect(silentAfterMs(createRate('bars', false), 'midday', SECOND)).toBeLessThanOrEqual(15_000);
    expect(silentAfterMs(createRate('option', false), 'midday', SECOND)).toBeGreaterThan(15_000);
    expect(silentAfterMs(createRate('option', false), 'midday', SECOND)).toBeLessThanOrEqual(180_000);
    expect(silentAfterMs(createRate('quote', true), 'midday', SECOND)).toBeGreaterThan(15_000 * 5);
  });

  test('outside the session is none, however long, and does not count once the session begins', () => {
    const rate = createRate('quote', false);
    for (let i = 0; i < 3_600; i += 1) expect(beat(rate, false, 'pre-open', SECOND)).toBe(false);
    for (let i = 0; i < 3_600; i += 1) expect(beat(rate, false, null, SECOND)).toBe(false);
    expect(beat(rate, false, 'open', SECOND)).toBe(false);
  });

  test('a stream that turns out to be slow is given longer, one that turns out to be fast less', () => {
    const slow = createRate('quote', false);
    const fast = createRate('option', false);
    const before = { slow: silentAfterMs(slow, 'midday', SECOND), fast: silentAfterMs(fast, 'midday', SECOND) };
    for (let i = 0; i < 1_800; i += 1) {
      beat(slow, i % 5 === 0, 'midday', SECOND);
      beat(fast, true, 'midday', SECOND);
    }
    expect(silentAfterMs(slow, 'midday', SECOND)).toBeGreaterThan(2 * before.slow);
    expect(silentAfterMs(fast, 'midday', SECOND)).toBeLessThan(before.fast / 2);
    // What it does at midday says nothing of the open.
    expect(silentAfterMs(slow, 'open', SECOND)).toBe(silentAfterMs(createRate('quote', false), 'open', SECOND));
  });

  test('a fault that goes on is not learned as the rule', () => {
    const rate = createRate('quote', false);
    let seconds = 0;
    while (!beat(rate, false, 'midday', SECOND)) seconds += 1;
    const found = silentAfterMs(rate, 'midday', SECOND);
    for (let i = 0; i < 3_600; i += 1) expect(beat(rate, false, 'midday', SECOND)).toBe(true);
    expect(silentAfterMs(rate, 'midday', SECOND)).toBe(found);
    expect(seconds).toBeLessThan(20);
    expect(beat(rate, true, 'midday', SECOND)).toBe(false);
  });

  test(`sixty streams that are well raise hardly an alarm in a day, whatever their rates (seed ${SEED})`, () => {
    const random = createRandom(SEED);
    let learning = 0;
    let learned = 0;
    let spoke = 0;
    for (let stream = 0; stream < 60; stream += 1) {
      const rate = createRate('quote', false);
      // From every second to one in four: for slower ones the upper bound decides, not the rate.
      const occupied = 0.25 + 0.75 * random.next();
      let silent = false;
      for (let i = 0; i < 23_400; i += 1) {
        const heard = random.next() < occupied;
        if (heard) spoke += 1;
        const [phase, begun] = i < 1_800 ? (['open', 0] as const) : (['midday', 1_800] as const);
        const now = beat(rate, heard, phase, SECOND);
        if (now && !silent) {
          if (i - begun < 300) learning += 1;
          else learned += 1;
        }
        silent = now;
      }
    }
    expect(spoke).toBeGreaterThan(300_000);
    // One in a million per stretch of silence, of which there are some hundred thousand.
    expect(learned).toBeLessThanOrEqual(3);
    // Each is told well again with its next message.
    expect(learning).toBeLessThanOrEqual(120);
    console.log(`false alarms: ${learning} while rates were learned, ${learned} afterwards`);
  });

  test('one that breaks off is found within seconds at any learned rate of a busy stream', () => {
    for (const every of [1, 2, 3]) {
      const rate = createRate('quote', false);
      for (let i = 0; i < 1_200; i += 1) beat(rate, i % every === 0, 'midday', SECOND);
      let seconds = 1;
      while (!beat(rate, false, 'midday', SECOND)) seconds += 1;
      expect(seconds).toBeGreaterThanOrEqual(5);
      expect(seconds).toBeLessThanOrEqual([6, 26, 45][every - 1] ?? 0);
    }
  });
});
