import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../src/engine/testing/random.ts';
import { startAlphaVantageSandbox } from '../../src/sandbox/alphavantage/server.ts';
import { startTwsSandbox } from '../../src/sandbox/tws/server.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/server.ts';
import { type EngineProcess, launchEngine } from './support/engine-process-handle.ts';
import { engineOptions, type World } from './support/fault-run.ts';
import { recordOf, SPEED, verdictOf } from './support/fault-verdict.ts';
import { RestlessMarket } from './support/restless-market.ts';

const CLOSE_MS = Date.UTC(2026, 10, 20, 21, 0);
const folder = mkdtempSync(join(tmpdir(), 'quanticity-expiry-'));
let database: TestDatabase;
let world: World;
let engine: EngineProcess | null = null;
let moving: ReturnType<typeof setInterval>;

beforeAll(async () => {
  database = await createTestDatabase();
  const anchor = {
    wallMs: Date.now(),
    marketMs: CLOSE_MS - 20 * 60_000,
    speed: SPEED,
    endsAtMs: CLOSE_MS + 3_600_000,
  };
  const market = new RestlessMarket(anchor, createRandom(4), CLOSE_MS);
  const tws = await startTwsSandbox({ market, stateFolder: null, rules: { startingCash: 1_000_000 } });
  world = { market, tws, alphaVantage: await startAlphaVantageSandbox({ market, port: 0 }), anchor };
  moving = setInterval(() => market.move(), 40);
});
afterAll(async () => {
  clearInterval(moving);
  await engine?.kill();
  await world.alphaVantage.stop();
  world.tws.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const held = (): number => world.tws.exchange.state.positions.reduce((sum, { quantity }) => sum + quantity, 0);

test('a position held into its expiry while the engine is dead is booked at its settlement when the engine returns', async () => {
  const options = engineOptions(database.url, join(folder, 'tape'), world);
  // Into the close, against every rule, as only a dead engine can.
  const limits = { ...options.limits, minutesBeforeCloseNoEntry: 1, minutesBeforeCloseExit: 0 };
  engine = await launchEngine({ ...options, limits });
  await until('a position', 9_000, () => held() > 0);
  await engine.kill();
  engine = null;
  clearInterval(moving);
  // Nothing trades any more; the call or put is deep in the money at the end.
  const { contract } = (await recordOf(database)).outputs.flatMap((output) =>
    output.kind === 'order.place' ? [output.ticket] : [],
  )[0] ?? { contract: null };
  if (!contract) throw new Error('no entry was placed');
  world.market.spot = contract.strike + (contract.right === 'C' ? 5 : -5);
  world.market.tick();
  await until('the settlement', 30_000, () => world.market.now() > CLOSE_MS && held() === 0);
  const settled = world.tws.exchange.state.executions.at(-1);
  expect(settled).toMatchObject({ exchange: 'OPTEXP', side: 'SLD', price: 5 });

  engine = await launchEngine({ ...options, limits });
  await until('the end of the signal', 15_000, async () => (await recordOf(database)).openSignals().length === 0);
  const last = (await recordOf(database)).outputs.findLast((output) => output.kind === 'signal.told');
  expect(last).toMatchObject({ signal: { change: 'closed', outcome: 'closed-at-session-end', exitPrice: 5 } });
  await engine.end();
  engine = null;
  const { problems } = await verdictOf({
    database,
    world,
    tapeFolder: join(folder, 'tape'),
    problems: [],
    done: [],
    kills: 1,
  });
  expect(problems).toEqual([]);
}, 90_000);
