import { describe, expect, test } from 'bun:test';
import { type Instant, instant } from '../../../core/types.ts';
import { createRandom } from '../../../testing/random.ts';
import type { PastAnswer, Print } from './print.ts';
import { PrintStreams } from './print-streams.ts';

const START = 1_648_044_000_000;

interface Question {
  readonly from: Instant;
  readonly through: Instant;
  readonly answer: (prints: PastAnswer) => void;
}

/** Streams on a clock of their own; market time is wall time here. */
const desk = () => {
  let now = START;
  const told: Print[] = [];
  const mending: boolean[] = [];
  const lost: string[] = [];
  const questions: Question[] = [];
  const streams = new PrintStreams({
    tell: (_symbol, print) => told.push(print),
    askPast: (_symbol, from, through, answer) => questions.push({ from, through, answer }),
    onMending: (_symbol, on) => mending.push(on),
    onLost: (_symbol, reason) => lost.push(reason),
    clock: { now: () => instant(now) },
    now: () => now,
    log: () => {},
  });
  const pass = (ms: number, connected = true): void => {
    for (const until = now + ms; now < until; ) {
      now = Math.min(until, now + 100);
      streams.beat(connected);
    }
  };
  const print = (size: number): Print => ({ sourceAt: instant(now - (now % 1_000)), price: 100, size, venue: 'ARCA' });
  const send = (size: number): Print => {
    const one = print(size);
    streams.print('SPY', one);
    return one;
  };
  return { streams, told, mending, lost, questions, pass, print, send };
};

describe('prints of a connection that breaks', () => {
  test('are asked for from a second before the last one, once the stream flows again, and told in order', () => {
    const { streams, told, mending, questions, pass, print, send } = desk();
    const first = send(1);
    pass(3_000, false);
    const missed = print(2);
    pass(1_000, false);
    streams.interrupted('SPY');
    const third = send(3);
    expect(told).toEqual([first]);
    pass(1_900);
    expect(questions).toHaveLength(0);
    pass(1_200);
    expect(questions).toMatchObject([{ from: START - 1_000, through: third.sourceAt }]);
    const fourth = send(4);
    questions[0]?.answer([first, missed, third]);
    expect(told).toEqual([first, missed, third, fourth]);
    expect(mending).toEqual([true, false]);
  });

  test('are not believed to be whole while they lack what the stream has sent', () => {
    const { streams, told, questions, pass, send } = desk();
    const first = send(1);
    streams.interrupted('SPY');
    const second = send(2);
    pass(4_000);
    questions[0]?.answer([first]);
    expect(told).toEqual([first]);
    pass(1_200);
    questions[1]?.answer([first, second]);
    expect(told).toEqual([first, second]);
  });

  test('are asked for again when an answer fails, and given up after a minute, which is told', () => {
    const { streams, told, lost, mending, questions, pass, send } = desk();
    send(1);
    streams.interrupted('SPY');
    send(2);
    pass(5_000);
    questions[0]?.answer('later');
    pass(1_500);
    expect(questions).toHaveLength(2);
    questions[1]?.answer('later');
    for (let i = 0; i < 60; i++) {
      pass(1_000);
      questions.at(-1)?.answer('later');
    }
    expect(told.map(({ size }) => size)).toEqual([1, 2]);
    expect(lost).toHaveLength(1);
    expect(mending).toEqual([true, false]);
  });

  test('are told as they came, at once, when the vendor says that it does not have the past', () => {
    const { streams, told, lost, questions, pass, send } = desk();
    const first = send(1);
    streams.interrupted('SPY');
    const second = send(2);
    pass(4_000);
    questions[0]?.answer('never');
    expect(told).toEqual([first, second]);
    expect(lost).toHaveLength(1);
  });

  test('an answer to a question of before the next break changes nothing', () => {
    const { streams, told, questions, pass, send } = desk();
    const first = send(1);
    streams.interrupted('SPY');
    send(2);
    pass(4_000);
    streams.interrupted('SPY');
    questions[0]?.answer([first]);
    expect(told).toEqual([first]);
    expect(streams.isMending('SPY')).toBe(true);
  });

  test('nothing is asked for while there is no connection', () => {
    const { streams, questions, pass, send } = desk();
    send(1);
    streams.interrupted('SPY');
    send(2);
    pass(30_000, false);
    expect(questions).toHaveLength(0);
    pass(100);
    expect(questions).toHaveLength(1);
  });
});

describe('prints that never came', () => {
  const run = (pastKnows: boolean) => {
    const { streams, told, questions, pass, print } = desk();
    const tape: Print[] = [];
    let volume = 0;
    const trade = (arrives: boolean): void => {
      const one = print(100 + (tape.length % 7));
      tape.push(one);
      volume += one.size;
      if (arrives) streams.print('SPY', one);
      streams.volume('SPY', volume);
      pass(300);
    };
    for (let i = 0; i < 40; i++) trade(true);
    trade(false);
    const arrived = (): Print[] => tape.filter((_, i) => pastKnows || i !== 40);
    for (let i = 0; i < 80; i++) {
      trade(true);
      for (const { from, through, answer } of questions.splice(0))
        answer(arrived().filter(({ sourceAt }) => sourceAt >= from && sourceAt <= through));
    }
    pass(5_000);
    return { told, tape, streams, trade, questions };
  };
  const sorted = (prints: readonly Print[]): readonly string[] => prints.map((one) => JSON.stringify(one)).sort();

  test('are found by the day’s volume and fetched', () => {
    const { told, tape } = run(true);
    expect(sorted(told)).toEqual(sorted(tape));
  });

  test('are not looked for again where the vendor’s volume counts what it does not send', () => {
    const { told, tape, trade, questions } = run(false);
    expect(told).toHaveLength(tape.length - 1);
    for (let i = 0; i < 400; i++) {
      trade(i % 40 !== 20);
      for (const { answer } of questions.splice(0)) answer([]);
    }
    for (let i = 0; i < 60; i++) trade(i !== 20);
    expect(questions).toHaveLength(0);
  });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'seed %d: whatever is cut, repeated and answered late, each trade is told once and in order',
  (seed) => {
    const random = createRandom(seed);
    const { streams, told, lost, questions, pass, print } = desk();
    const tape: Print[] = [];
    let volume = 0;
    let connected = true;
    let answered = 0;
    const trade = (): void => {
      const one = print(random.whole(1, 3) * 100);
      tape.push(one);
      volume += one.size;
      if (!connected) return;
      streams.print('SPY', one);
      if (random.chance(0.15)) streams.print('SPY', one);
      streams.volume('SPY', volume);
    };
    const answer = (): void => {
      for (; answered < questions.length; answered++) {
        const { from, through, answer: give } = questions[answered] as Question;
        give(random.chance(0.2) ? 'later' : tape.filter(({ sourceAt }) => sourceAt >= from && sourceAt <= through));
      }
    };
    // Of what was traded before we came: the first print, too, may be sent twice.
    streams.volume('SPY', volume);
    for (let i = 0; i < 600; i++) {
      if (random.chance(0.7)) trade();
      pass(random.whole(0, 4) * 100, connected);
      if (random.chance(0.5)) answer();
      if (!random.chance(0.02)) continue;
      connected = !connected;
      if (connected) streams.interrupted('SPY');
    }
    if (!connected) streams.interrupted('SPY');
    connected = true;
    for (let i = 0; i < 20; i++) {
      trade();
      pass(1_000);
      answer();
    }
    expect(lost).toEqual([]);
    expect(questions.length).toBeGreaterThan(2);
    expect(told).toEqual(tape);
  },
);
