import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts';
import { addMember } from '../../tests/support/site.ts';
import { parseAccessChange } from '../web/live/access.ts';
import { announceAccess } from './announce-access.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('what is announced is what the database entitles to, in the form that live streams read', async () => {
  const heard: [string, unknown][] = [];
  const bus = { publish: (topic: string, message: unknown) => void heard.push([topic, message]) };
  const premium = await addMember(database.db, { email: 'premium@example.com', tier: 'premium' });
  const free = await addMember(database.db, { email: 'free@example.com' });
  expect(await announceAccess(bus, database.db, premium)).toBe('premium');
  expect(await announceAccess(bus, database.db, free)).toBe('free');
  expect(heard.map(([topic]) => topic)).toEqual(['access.changed', 'access.changed']);
  expect(heard.map(([, message]) => parseAccessChange(message))).toEqual([
    { userId: premium, tier: 'premium' },
    { userId: free, tier: 'free' },
  ]);
});
