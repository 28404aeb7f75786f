/** Writes a tape as fast as it can until it is killed; says how far it has flushed. */
import { dateInNewYork } from '../../src/engine/core/market/calendar.ts';
import { instant } from '../../src/engine/core/types.ts';
import { createTapeWriter } from '../../src/engine/shell/tape/tape-writer.ts';

const [folder = '', runId = ''] = process.argv.slice(2);
const START = Date.parse('2026-11-25T15:00:00Z');
const tape = createTapeWriter({ folder, runId, sessionDateOf: dateInNewYork, log: () => {} });
for (let seq = 0; ; ) {
  for (let n = 0; n < 5_000; n += 1) {
    seq += 1;
    const price = 600 + ((seq * 7_919) % 1_000) / 100;
    tape.record({
      seq,
      at: instant(START + seq),
      input: { kind: 'trade.seen', symbol: 'SPY', price, size: seq, venue: 'X', sourceAt: instant(START + seq) },
    });
  }
  await tape.flush();
  process.stdout.write(`${seq}\n`);
}
