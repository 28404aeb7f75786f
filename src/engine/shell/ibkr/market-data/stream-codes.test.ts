import { expect, test } from 'bun:test';
import type { MarketInput, StreamReported } from '../../../core/inputs.ts';
import { instant } from '../../../core/types.ts';
import { createHealth } from '../health.ts';
import { CODE_TABLE } from '../wire/code-table.ts';
import type { Link } from '../wire/link.ts';
import { MarketData } from './market-data.ts';

/** A stream of quotes and one of depth that are live, on a line that swallows what is asked. */
const stage = () => {
  const inputs: MarketInput[] = [];
  const emit = (input: MarketInput): void => void inputs.push(structuredClone(input));
  const log = (): void => {};
  let next = 100;
  let wall = 0;
  const health = createHealth({ emit, log });
  const data = new MarketData({
    underlyings: [{ symbol: 'SPY', kind: 'stock', exchange: 'SMART', depth: true, trades: false, options: true }],
    entitlement: { marketData: 9, depth: 1, tickByTick: 0 },
    emit,
    health,
    clock: { now: () => instant(Date.UTC(2026, 2, 20, 15)) },
    log,
    quarantine: { keep: () => {} },
    nextRequestId: () => next++,
    now: () => wall,
    isListed: () => null,
    lagMsMax: 4_000,
  });
  data.attach({ on: () => {}, send: () => {}, open: () => true, close: () => {} } as unknown as Link);
  data.lines.subscribeAll();
  const quote = data.lines.find('quote', 'SPY');
  const depth = data.lines.find('depth', 'SPY');
  if (!quote || !depth) throw new Error('no streams');
  data.price(quote.id, 1, 500, 100);
  data.depth(depth.id, 0, 0, 1, 500, 100, 'ARCA');
  data.flush('all');
  health.stop();
  const reported = (): StreamReported[] => inputs.flatMap((input) => (input.kind === 'stream.reported' ? [input] : []));
  return { data, quote, depth, inputs, reported, wind: (ms: number) => (wall += ms) };
};

const STATE_OF = {
  dead: 'dead',
  full: 'dead',
  lost: 'dead',
  competing: 'dead',
  'no-data': 'dead',
  'too-soon': 'dead',
  delayed: 'delayed',
  'book-reset': 'live',
  notice: 'live',
} as const;
/** When a stream is asked for again, in milliseconds; Infinity for never on this connection. */
const AGAIN_AFTER = { lost: 5_000, 'too-soon': 5_000, competing: 30_000 } as const;

test.each([...CODE_TABLE])(
  '%d does to a stream of quotes and to one of depth what its row says',
  (code, { line: effect }) => {
    for (const kind of ['quote', 'depth'] as const) {
      const { data, inputs, reported, wind, ...streams } = stage();
      const stream = streams[kind];
      const id = stream.id;
      expect(stream.state).toBe('live');
      inputs.length = 0;
      expect(data.onError(id, code, 'text')).toBe(true);
      expect(stream.state).toBe(STATE_OF[effect]);
      if (STATE_OF[effect] === 'live') expect(reported()).toEqual([]);
      else {
        expect(reported()).toMatchObject([{ symbol: 'SPY', state: STATE_OF[effect] }]);
        expect(reported()[0]?.reason).toContain(String(code));
        // What it said before is nobody's to trade on.
        if (kind === 'quote')
          expect(inputs.find((input) => input.kind === 'quote.seen')).toMatchObject({ bidPrice: Number.NaN });
      }
      const emptied = inputs.some((input) => input.kind === 'depth.reset');
      expect(emptied).toBe(kind === 'depth' && effect !== 'notice');
      const again = AGAIN_AFTER[effect as keyof typeof AGAIN_AFTER] ?? Number.POSITIVE_INFINITY;
      const barred = effect === 'dead' || effect === 'full' || effect === 'no-data';
      expect(stream.id === 0).toBe(barred);
      wind(Math.min(again, 3_600_000) - 1);
      data.beat();
      expect(stream.id).toBe(barred ? 0 : id);
      if (!Number.isFinite(again)) continue;
      wind(1);
      data.beat();
      expect(stream.id).toBeGreaterThan(id);
    }
  },
);

test('a code that the table does not know ends the stream, and is counted', () => {
  const { data, quote, inputs } = stage();
  expect(data.onError(quote.id, 77_777, 'news')).toBe(true);
  expect(quote.state).toBe('dead');
  const told = inputs.findLast((input) => input.kind === 'feed.reported' && input.feed === 'ibkr.quotes');
  expect(told?.kind === 'feed.reported' && told.refused).toMatchObject({ 'code-77777': 1 });
});
