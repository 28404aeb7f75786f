import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openRecordings } from '../recordings/open-recordings.ts';
import { realtimeOptions } from './realtime-options.ts';

const FILE = join(
  import.meta.dir,
  '../../../../shared/data/chains/cboe-quotedata/spx_2022-03-23_1011ET_spanish-locale.csv.gz',
);

test.skipIf(!existsSync(FILE))(
  'a recorded chain reaches the wire with every figure unchanged, absent ones as None (shared data)',
  async () => {
    const opened = await openRecordings([FILE]);
    if (!opened.ok || opened.recordings[0]?.kind !== 'cboe') throw new Error('expected a chain');
    const { chain } = opened.recordings[0];
    const faults = { allGammaZero: false, greeksDropout: false, missingOpenInterest: false, crossedQuotes: false };
    const { data } = realtimeOptions(chain, true, faults);
    expect(data.length).toBe(19_002);
    let withGamma = 0;
    for (const [i, row] of chain.entries()) {
      const json = data[i] ?? {};
      expect([json['contractID'], json['expiration']]).toEqual([row.contract.id, row.contract.expiry]);
      const figures = [
        'strike',
        'bid',
        'ask',
        'last',
        'volume',
        'open_interest',
        'implied_volatility',
        'delta',
        'gamma',
      ];
      const expected = [row.contract.strike, row.bid, row.ask, row.last, row.volume, row.openInterest];
      expect(figures.map((name) => Number(json[name]))).toEqual([
        ...expected.map(Number),
        Number(row.impliedVolatility),
        Number(row.delta),
        Number(row.gamma),
      ]);
      expect([json['theta'], json['vega'], json['rho'], json['bid_size']]).toEqual(['None', 'None', 'None', 'None']);
      if (Number(json['gamma']) > 0) withGamma++;
    }
    expect(withGamma).toBeGreaterThan(5000);
  },
);
