import { expect, test } from 'bun:test';
import { faultSchema } from './fault-schema.ts';

test('a fault is taken as it is written in its type', () => {
  const faults = [
    { kind: 'drop-connection' },
    { kind: 'drop-connection', clientId: 0 },
    { kind: 'split-next-fill', parts: 2 },
    { kind: 'farm-notice', code: 2103 },
    { kind: 'silence-feed', feed: 'depth', silent: true },
  ];
  for (const fault of faults) expect(faultSchema.parse(fault) as unknown).toEqual(fault);
});

test('an unknown kind, a missing figure or one too many is refused by name', () => {
  const message = (value: unknown) => faultSchema.safeParse(value).error?.message ?? '';
  expect(message({ kind: 'explode' })).toContain('kind');
  expect(message({ kind: 'split-next-fill' })).toContain('parts');
  expect(message({ kind: 'freeze', forMs: 5 })).toContain('forMs');
  expect(message({ kind: 'farm-notice', code: 1100 })).toContain('code');
});
