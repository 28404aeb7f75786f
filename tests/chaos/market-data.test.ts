import { beforeAll, describe, expect, test } from 'bun:test';
import { type DrillResult, runDrill } from './support/feed-drill.ts';
import { DRILLS } from './support/feed-drills.ts';

const SEED = 20_261_125;
const AT_ONCE = 4;

const results = new Map<string, DrillResult>();

beforeAll(async () => {
  const waiting = [...DRILLS];
  const work = async (): Promise<void> => {
    for (let drill = waiting.shift(); drill; drill = waiting.shift())
      results.set(drill.name, await runDrill(drill, SEED));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const [name, { noticedMs, recoveredMs, messages, prints }] of results)
    console.info(
      `${name}: noticed after ${noticedMs} ms, well ${recoveredMs} ms after its end, ${messages} messages, ${prints} prints`,
    );
}, 400_000);

describe(`market data under load, seed ${SEED}: no print lost or doubled in bars and VPIN, books as the market's, nothing made up, the breaker as it should be`, () => {
  test.each(DRILLS)('$name', ({ name, concerns }) => {
    const result = results.get(name);
    expect(result?.problems).toEqual([]);
    expect(result?.prints).toBeGreaterThan(150);
    if (concerns.length > 0) expect(result?.noticedMs).toBeGreaterThanOrEqual(0);
  });
});
