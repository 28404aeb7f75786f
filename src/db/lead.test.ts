import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { cutConnections } from '../../tests/support/signals.ts';
import { holdLead } from './lead.ts';

let database: TestDatabase;
const nodes: { name: string; stop(): Promise<void> }[] = [];
let leading: string[] = [];
let everTwo = false;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  leading = [];
});
afterAll(async () => {
  await database.drop();
});

const join = (name: string, key = 'quanticity.test') => {
  const lead = async (signal: AbortSignal): Promise<void> => {
    leading.push(name);
    everTwo ||= leading.length > 1;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    leading = leading.filter((other) => other !== name);
  };
  const node = holdLead({ databaseUrl: database.url, key, lead, onError: () => {}, beatMs: 50 });
  nodes.push({ name, stop: node.stop });
};
const until = async (what: string, holds: () => boolean): Promise<void> => {
  const deadline = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`${what}: not in time; leading: ${leading}`);
    await sleep(5);
  }
};

test('one node leads, another follows when it stops, and never two at once', async () => {
  for (const name of ['a', 'b', 'c']) join(name);
  await until('one leads', () => leading.length === 1);
  const first = leading[0];
  await sleep(300);
  expect(leading).toEqual([first ?? '']);
  await nodes.find(({ name }) => name === first)?.stop();
  await until('another leads', () => leading.length === 1 && leading[0] !== first);
  expect(everTwo).toBe(false);
});

test('whoever loses the connection that holds the lock stops leading, and somebody leads again', async () => {
  join('a');
  await until('leads', () => leading.length === 1);
  expect(await cutConnections(database)).toBeGreaterThan(0);
  await until('stopped', () => leading.length === 0);
  await until('leads again', () => leading.length === 1);
});

test('leads on different matters do not hinder one another', async () => {
  join('a', 'quanticity.one');
  join('b', 'quanticity.other');
  await until('both lead', () => leading.length === 2);
});
