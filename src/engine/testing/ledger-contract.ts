import { expect, test } from 'bun:test';
import { type Instant, instant, type SignalId } from '../core/types.ts';
import type { Ledger, LedgerRecord, LedgerRow } from '../ports/ledger.ts';
import { exampleSignal } from './example-signal.ts';

const record = (seq: number, body: unknown = { kind: 'anomaly.seen', name: `n${seq}` }): LedgerRecord => ({
  runId: 'run-a',
  seq,
  at: instant(1_700_000_000_000 + seq) as Instant,
  kind: 'output',
  body,
});

const allRows = async (ledger: Ledger): Promise<LedgerRow[]> => {
  const rows: LedgerRow[] = [];
  for await (const row of ledger.read(1)) rows.push(row);
  return rows;
};

/** What every ledger must do. `create` gives writers on one and the same empty record. */
export const ledgerContract = (create: () => Ledger): void => {
  test('a writer that has not been opened may not append', async () => {
    const ledger = create();
    await expect(ledger.append([record(1)], [])).rejects.toThrow('before open');
    await ledger.close();
  });

  test('rows come back in order, unchanged, at gapless positions, and the chain verifies', async () => {
    const ledger = create();
    expect(await ledger.open()).toEqual({ ok: true });
    const awkward = {
      text: 'quote " newline \n é 漢',
      small: 0.1,
      big: 9_007_199_254_740_991,
      none: null,
      list: [1, [2]],
    };
    await ledger.append([record(1), record(2, awkward)], []);
    await ledger.append([record(3)], []);
    const rows = await allRows(ledger);
    expect(rows.map((row) => row.position)).toEqual([1, 2, 3]);
    expect(rows.map((row) => row.seq)).toEqual([1, 2, 3]);
    expect(rows[1]?.body).toEqual(awkward);
    expect(await ledger.verify()).toMatchObject({ ok: true, rows: 3, head: rows[2]?.hash });
    await ledger.close();
  });

  test('while one engine leads a second is refused, and may lead once the first has closed', async () => {
    const first = create();
    const second = create();
    expect((await first.open()).ok).toBe(true);
    const refused = await second.open();
    expect(refused).toMatchObject({ ok: false });
    await expect(second.append([record(9)], [])).rejects.toThrow();
    await first.close();
    expect((await second.open()).ok).toBe(true);
    await second.close();
  });

  test('the newest run is found by where it starts', async () => {
    const ledger = create();
    await ledger.open();
    const before = (await allRows(ledger)).length;
    expect(await ledger.lastRunPosition()).toBeNull();
    await ledger.append([{ ...record(0), kind: 'run.started' }, record(1), { ...record(0), kind: 'run.started' }], []);
    expect(await ledger.lastRunPosition()).toBe(before + 3);
    await ledger.close();
  });

  test('records and signals commit together or not at all', async () => {
    const ledger = create();
    await ledger.open();
    const before = (await allRows(ledger)).length;
    const signal = exampleSignal({ signalId: 'TWICE' as SignalId, version: 1 });
    await ledger.append([record(10)], [signal]);
    await expect(ledger.append([record(11)], [signal])).rejects.toThrow();
    expect((await allRows(ledger)).length).toBe(before + 1);
    await ledger.close();
  });
};
