import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CODE_TABLE, effectsOf, historyEffect, LEVELS, UNKNOWN_CODE } from './code-table.ts';

const VENDOR_LIST = join(import.meta.dir, '../../../../../../shared/data/tws/tws-message-codes.tsv');

describe('the table of TWS codes', () => {
  test.each([
    // What the field's incidents were about, each by what it must do to whom.
    [1100, { connection: 'severed', operator: 'alarmed' }],
    [1101, { connection: 'restored-empty' }],
    [1102, { connection: 'restored-kept' }],
    [2103, { connection: 'farm-broken' }],
    [2105, { connection: 'history-farm-broken' }],
    [10182, { line: 'lost' }],
    [10197, { line: 'competing', operator: 'alarmed' }],
    [10167, { line: 'delayed' }],
    [326, { connection: 'leave' }],
    [103, { order: 'refused-number', operator: 'alarmed' }],
    [162, { line: 'no-data' }],
    [100, { operator: 'alarmed' }],
    [200, { order: 'refused', line: 'dead' }],
    [354, { line: 'dead' }],
    [2148, { connection: 'ask-evidence', order: 'notice', operator: 'alarmed' }],
    [201, { order: 'refused' }],
    [202, { order: 'cancelled' }],
    [399, { order: 'notice', operator: 'quiet' }],
    [10148, { order: 'uncertain' }],
    [101, { line: 'full' }],
    [317, { line: 'book-reset' }],
    [1300, { connection: 'leave' }],
  ] as const)('%d does what it must', (code, effects) => {
    expect(effectsOf(code)).toMatchObject(effects);
  });

  test('every row says something to everybody, and nothing final about an order by leaving it out', () => {
    expect(CODE_TABLE.size).toBeGreaterThan(450);
    for (const [code, effects] of CODE_TABLE) {
      expect(Object.keys(effects).sort()).toEqual(['connection', 'line', 'operator', 'order']);
      expect(Number.isInteger(code) && code >= 100).toBe(true);
      expect(LEVELS[effects.operator]).toBeDefined();
    }
    expect(UNKNOWN_CODE).toMatchObject({ order: 'uncertain', line: 'dead' });
    expect(effectsOf(99_999)).toBeNull();
  });

  test('a code that severs, restores or ends the connection never ends an order by itself', () => {
    for (const { connection, order } of CODE_TABLE.values())
      if (['severed', 'restored-empty', 'restored-kept', 'leave'].includes(connection))
        expect(['uncertain', 'notice']).toContain(order);
  });

  test('162 is a pacing violation, the echo of a cancel, or no data, by its text', () => {
    const text = 'Historical Market Data Service error message:';
    expect(historyEffect(162, `${text}Historical data request pacing violation`)).toBe('too-soon');
    expect(historyEffect(162, `${text}API historical data query cancelled: 7`)).toBe('notice');
    expect(historyEffect(162, `${text}HMDS query returned no data: SPY@SMART Trades`)).toBe('no-data');
    expect(historyEffect(200, 'No security definition')).toBe('dead');
  });

  test.skipIf(!existsSync(VENDOR_LIST))("holds every code of the vendor's list (needs ../shared/data)", () => {
    const codes = readFileSync(VENDOR_LIST, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split('\t')[0]));
    expect(new Set(codes).size).toBe(458);
    expect(codes.filter((code) => !CODE_TABLE.has(code))).toEqual([]);
  });
});
