import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newYorkInstant } from '../../src/engine/core/market/calendar.ts';
import type { SessionDate } from '../../src/engine/core/types.ts';
import { readIndicator } from '../../src/engine/shell/alphavantage/answers/indicator.ts';
import { readMinuteBars } from '../../src/engine/shell/alphavantage/answers/minute-bars.ts';
import { parseBody } from '../../src/engine/shell/alphavantage/body.ts';

const FOLDER = join(process.cwd(), '../shared/data/alphavantage');
const recorded = test.skipIf(!existsSync(FOLDER));
const bodyOf = (path: string) => {
  const parsed = parseBody(readFileSync(join(FOLDER, path)));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.body;
};

recorded('recorded Bollinger bands are read as the vendor wrote them (needs ../shared)', () => {
  const read = readIndicator(bodyOf('bbands_MSFT_weekly_2019-03-13_3rows.json'), 'MSFT', 'BBANDS');
  if (!read.ok) throw new Error(read.message);
  expect(read.newest).toEqual({
    kind: 'vendor-indicator.seen',
    symbol: 'MSFT',
    indicator: 'BBANDS',
    interval: 'weekly',
    at: newYorkInstant('2019-03-13' as SessionDate, '00:00'),
    values: { 'Real Upper Band': 117.6334, 'Real Middle Band': 111.346, 'Real Lower Band': 105.0586 },
  });
});

recorded('a recorded intraday series is read whole, oldest first (needs ../shared)', () => {
  const body = bodyOf('RomelTorres/mock_time_series');
  const read = readMinuteBars(body, 'MSFT');
  if (!read.ok) throw new Error(read.message);
  expect(read.bars.length).toBe(Object.keys(body['Time Series (1min)'] as object).length);
  expect(read.rejected).toEqual({});
  expect(read.bars.at(-1)).toMatchObject({
    openAt: newYorkInstant('2017-12-18' as SessionDate, '14:56'),
    open: 86.49,
    high: 86.5,
    low: 86.475,
    close: 86.5,
    volume: 10_494,
  });
  expect(read.bars[0]?.openAt ?? 0).toBeLessThan(read.bars.at(-1)?.openAt ?? 0);
});

recorded('a recorded answer of another indicator is refused (needs ../shared)', () => {
  const body = bodyOf('RomelTorres/mock_technical_indicator');
  expect(readIndicator(body, 'MSFT', 'RSI')).toMatchObject({ ok: false, kind: 'unexpected-shape' });
});
