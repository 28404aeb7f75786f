import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import {
  addMember,
  createPuppetEngine,
  type PuppetEngine,
  signedIn,
  siteDeps,
  type Visitor,
} from '../../../tests/support/site.ts';
import { exampleView } from '../../../tests/support/view.ts';
import { commandsAfter, markCommandTaken } from '../../db/queries/commands.ts';
import { createApp } from '../app.ts';
import { killStage } from './kill-state.tsx';

let database: TestDatabase;
let engine: PuppetEngine;
let operator: Visitor;

beforeAll(async () => {
  database = await createTestDatabase();
  engine = createPuppetEngine(database.db);
  await addMember(database.db, { email: 'operator@example.com', role: 'operator' });
  operator = await signedIn(createApp(siteDeps(database, { engine })), 'operator@example.com');
});
beforeEach(() => {
  engine.become('running');
  engine.show(exampleView());
});
afterAll(() => database.drop());

const now = async (): Promise<string> => await (await operator.get('/admin/now')).text();

describe('the desk', () => {
  test('shows each figure with its time, and each absence with its reason', async () => {
    const text = await now();
    for (const words of [
      '0.3127',
      '31 of 50 buckets',
      'book older than 5 s',
      '+1.48B',
      '437.42',
      'crossed-quote × 4',
      'rate-limited',
      'stale-book',
      'no chain yet',
      'DU1234567',
      'greeks absent for one contract',
      '1 dead, 1 live, 1 frozen',
      'no line: 3 of 3 taken',
      'Interactive Brokers alone',
      '412 of 600',
      'p95 2.6',
      '2026-11-27, 09:30:00 to 13:00:00 (early close), not open',
      'National day of mourning',
      '2026-11-27, 2026-11-30',
      'index 1982-1984=100',
      '48,213 written, 3 given up',
    ])
      expect(text).toContain(words);
  });

  test('raises its voice for a contract that no stop protects', async () => {
    const [position] = exampleView().positions;
    if (!position) throw new Error('the example has no position');
    engine.show(
      exampleView({
        positions: [
          { ...position, stopPrice: null, stopQuantity: 0 },
          { ...position, stopQuantity: 2 },
        ],
      }),
    );
    const text = await now();
    expect(text).toContain('<strong class="alarm">no stop</strong>');
    expect(text).toContain('<strong class="alarm">2.10 for 2 of 5</strong>');
  });

  test('is there before the first view and while the engine restarts, kill switch included', async () => {
    engine.show(null);
    engine.become('restarting');
    const text = await (await operator.get('/admin')).text();
    expect(text).toContain('The engine is restarting.');
    expect(text).toContain('Stop trading now');
    expect(text).toContain('data-stage="unknown"');
  });

  test('escapes whatever vendors and people wrote', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    const [symbol] = exampleView().symbols;
    if (!symbol) throw new Error('the example has no symbol');
    engine.show(
      exampleView({
        symbols: [{ ...symbol, symbol: hostile }],
        kill: { engaged: true, by: hostile, reason: hostile, since: null, flat: false },
        anomalies: [{ at: exampleView().marketAt, name: hostile, facts: { [hostile]: hostile } }],
      }),
    );
    const text = await now();
    expect(text).toContain('&lt;img');
    expect(text).not.toContain('<img src=x');
  });

  test('tells which modules of the analytics are silent, and shows every figure of them on a page of their own', async () => {
    expect(await now()).toContain('1 live, 1 stale (positioning)');
    const page = await (await operator.get('/admin/analytics')).text();
    const fragment = await (await operator.get('/admin/analytics/now')).text();
    for (const words of ['spread', 'quoted', '0.0200', 'no-signed-trades', 'positioning', '+1.46B', 'confidence 0.98'])
      for (const text of [page, fragment]) expect(text).toContain(words);
    engine.show(null);
    expect(await (await operator.get('/admin/analytics/now')).text()).toContain('No figures yet.');
  });

  test('hands programs the same view as JSON', async () => {
    const body: unknown = await (await operator.get('/admin.json')).json();
    expect(body).toMatchObject({
      status: 'running',
      view: { runId: 'run-1', symbols: [{ symbol: 'SPY' }, { symbol: 'QQQ' }] },
    });
  });
});

describe('a command', () => {
  test.each([
    ['/admin/kill', { reason: '', confirm: 'yes' }, 'Say why'],
    ['/admin/kill', { reason: '   ', confirm: 'yes' }, 'Say why'],
    ['/admin/kill', { reason: 'x'.repeat(501), confirm: 'yes' }, 'Say why'],
    ['/admin/kill', { reason: 'drill\0', confirm: 'yes' }, 'Say why'],
    ['/admin/kill', { reason: 'drill' }, 'Tick the box'],
    ['/admin/rearm', { reason: 'drill' }, 'Tick the box'],
    ['/admin/mode', { reason: 'drill', mode: 'reckless' }, 'Choose automatic or manual'],
  ])('to %s with %o is refused and leaves no row', async (path, form, words) => {
    const response = await operator.post(path, form as Record<string, string>);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(words);
    expect(await commandsAfter(database.db, 0)).toHaveLength(0);
  });

  test('is recorded with its actor and reason, and the page follows it from requested to flat', async () => {
    expect((await operator.post('/admin/kill', { reason: ' fire drill ', confirm: 'yes' })).status).toBe(303);
    const [row] = await commandsAfter(database.db, 0);
    expect(row).toMatchObject({
      command: { kind: 'kill' },
      reason: 'fire drill',
      actor: { kind: 'operator', email: 'operator@example.com' },
    });
    expect(await now()).toContain('data-stage="requested"');
    await markCommandTaken(database.db, row?.id ?? 0);
    const since = exampleView().marketAt;
    const kill = { engaged: true, by: 'operator@example.com', reason: 'fire drill', since, flat: false };
    engine.show(exampleView({ kill }));
    expect(await now()).toContain('data-stage="engaged"');
    engine.show(exampleView({ kill: { ...kill, flat: true } }));
    expect(await now()).toContain('data-stage="flat"');
  });

  test('given from another site is refused', async () => {
    const before = await commandsAfter(database.db, 0);
    const response = await operator.post(
      '/admin/kill',
      { reason: 'drill', confirm: 'yes' },
      { 'Sec-Fetch-Site': 'cross-site' },
    );
    expect(response.status).toBe(403);
    expect(await commandsAfter(database.db, 0)).toHaveLength(before.length);
  });
});

test('the switch is never called armed or flat without the engine’s word', () => {
  expect(killStage(null, [])).toBe('unknown');
  const stuck = {
    id: 1,
    actor: { kind: 'cli', name: 'x' },
    command: { kind: 'kill' },
    reason: 'r',
    givenAt: new Date(),
    takenAt: null,
  } as const;
  expect(killStage(null, [stuck])).toBe('requested');
  expect(killStage(exampleView(), [stuck])).toBe('requested');
  expect(killStage(exampleView(), [])).toBe('armed');
});
