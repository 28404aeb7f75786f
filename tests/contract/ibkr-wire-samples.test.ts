import { afterEach, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventName } from '@stoqey/ib';
import type { BrokerReport, MarketInput } from '../../src/engine/core/inputs.ts';
import { instant } from '../../src/engine/core/types.ts';
import { createIbkr } from '../../src/engine/shell/ibkr/ibkr.ts';
import { createPacer } from '../../src/engine/shell/ibkr/pacing/pacer.ts';
import { DEFAULT_PACING } from '../../src/engine/shell/ibkr/pacing/policy.ts';
import { type Link, openLink } from '../../src/engine/shell/ibkr/wire/link.ts';
import type { TickSink } from '../../src/engine/shell/ibkr/wire/tick-scanner.ts';
import { emptyAccount, frame, type ScriptedTws, SERVER_VERSION, startScriptedTws } from '../support/scripted-tws.ts';

const SAMPLES = join(import.meta.dir, '../../../shared/data/tws/rust-ibapi-test-wire-strings.jsonl');
const PRESENT = existsSync(SAMPLES);
interface Sample {
  readonly source_file: string;
  readonly line: number;
  readonly fields: readonly string[];
}
const samples = (): Sample[] =>
  readFileSync(SAMPLES, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Sample);

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
const start = async (): Promise<ScriptedTws> => {
  const server = await startScriptedTws({ onRequest: emptyAccount });
  stops.push(server.stop);
  return server;
};

/** A message that cannot be missed, sent after each sample. */
const SENTINEL = 1_712_345_678;

/** One connection of ours, with everything it hears and refuses. */
const listen = async (server: ScriptedTws) => {
  const heard: string[] = [];
  const refused: string[] = [];
  let sentinels = 0;
  let lost: string | null = null;
  const told = (name: string) => () => void heard.push(name);
  const ticks: TickSink = {
    price: told('price'),
    size: told('size'),
    trade: told('trade'),
    bidAsk: told('bidAsk'),
    depth: told('depth'),
    volume: told('volume'),
    unreadable: (message) => void refused.push(`undecodable ${message}`),
  };
  const connections = server.connections.length;
  const link: Link = openLink({ host: '127.0.0.1', port: server.port, clientId: 1 }, createPacer(DEFAULT_PACING), {
    ticks,
    onMessage: () => {},
    onChunkDone: () => {},
    onRefused: (reason) => void refused.push(reason),
    onEvidenceLost: () => {},
    onInfo: (code) => void heard.push(`info ${code}`),
    onError: (_id, code) => void heard.push(`error ${code}`),
    onLost: (reason) => {
      lost = reason;
    },
  });
  stops.push(() => link.close('over'));
  const names = Object.values(EventName).filter(
    (name) =>
      !['all', 'result', 'received', 'sent', 'error', 'info', 'connected', 'disconnected', 'server'].includes(name),
  );
  for (const name of names)
    link.on(name, (...args: unknown[]) => {
      if (name === EventName.currentTime && args[0] === SENTINEL) sentinels += 1;
      else heard.push(name);
    });
  await server.until('signed on', () => server.connections.length > connections && heard.includes('nextValidId'));
  return {
    heard,
    refused,
    lost: () => lost,
    sentinels: () => sentinels,
    connection: server.connections.at(-1),
  };
};

type Client = Awaited<ReturnType<typeof listen>>;
/** Which a sample may have been written by when it does not fit ours, newest first. */
const OLDER_VERSIONS = [189, 182, 178, 176, 173, 163, 151] as const;

interface Outcome {
  readonly reason: string | null;
  readonly lost: boolean;
  readonly heard: readonly string[];
}

/** Says messages to clients of every version, each on a connection of its own. */
const createSpeaker = async () => {
  let version: number = SERVER_VERSION;
  const server = await startScriptedTws({ onRequest: emptyAccount, version: () => version });
  stops.push(server.stop);
  const clients = new Map<number, Client>();
  const say = async (fields: readonly string[], to: number): Promise<Outcome> => {
    let client = clients.get(to);
    if (!client || client.lost() !== null) {
      version = to;
      client = await listen(server);
      clients.set(to, client);
    }
    const { heard, refused, sentinels, lost, connection } = client;
    heard.length = 0;
    refused.length = 0;
    const before = sentinels();
    connection?.socket.write(Buffer.concat([frame(...fields), frame(49, 1, SENTINEL)]));
    await server.until(fields.join(' '), () => sentinels() > before || lost() !== null);
    return { reason: refused[0] ?? lost(), lost: lost() !== null, heard: [...heard] };
  };
  return { say };
};

test.skipIf(!PRESENT)(
  'every sample of the wire is decoded whole or refused with a reason, and what follows it is read (needs ../shared/data)',
  async () => {
    const { say } = await createSpeaker();
    const outcomes = new Map<string, number>();
    const halves: string[] = [];
    const silent = new Set<string>();
    const all = samples();
    expect(all.length).toBeGreaterThan(400);
    for (const { fields, source_file, line } of all) {
      // What stands behind the last separator of a source is no field.
      const forms = fields.at(-1) === '' ? [fields, fields.slice(0, -1)] : [fields];
      let outcome = '';
      for (const form of forms) {
        const { reason, lost, heard } = await say(form, SERVER_VERSION);
        if (reason !== null && heard.length > 0) halves.push(`${source_file}:${line}: ${heard.join(' ')}`);
        if (reason === null && heard.length === 0) silent.add(String(form[0]));
        outcome = reason === null ? 'decoded' : `refused: ${reason}${lost ? ', and the connection with it' : ''}`;
        if (reason === null) break;
      }
      if (outcome !== 'decoded') {
        for (const form of forms) {
          for (const version of OLDER_VERSIONS) {
            if (outcome.startsWith('not applicable') || (await say(form, version)).reason !== null) continue;
            outcome = `not applicable: of an older server, version ${version} or so`;
          }
        }
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    for (const [outcome, count] of [...outcomes].sort()) console.log(`${count} ${outcome}`);
    expect(halves).toEqual([]);
    // Stamps of trades (46) are skipped on purpose.
    expect([...silent].filter((message) => message !== '46')).toEqual([]);
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(all.length);
    expect(outcomes.get('decoded') ?? 0).toBeGreaterThan(200);
    for (const outcome of outcomes.keys())
      expect(outcome).toMatch(
        /^decoded$|^not applicable: |^refused: (undecodable( quote| trade| depth)?|unknown-message)(, and the connection with it)?$/,
      );
  },
  60_000,
);

test.skipIf(!PRESENT)(
  'no sample of the wire makes the whole client invent a number or lose the way back to synced (needs ../shared/data)',
  async () => {
    const server = await start();
    const inputs: MarketInput[] = [];
    const reports: BrokerReport[] = [];
    const kept: string[] = [];
    const ibkr = createIbkr({
      host: '127.0.0.1',
      port: server.port,
      clientId: 1,
      account: 'DU1',
      symbols: [{ symbol: 'SPY', kind: 'stock', exchange: 'SMART', depth: true, trades: true, options: true }],
      clock: { now: () => instant(Date.UTC(2026, 2, 20, 14)) },
      log: () => {},
      reconnectMs: [1],
      quarantine: { keep: (feed, reason) => void kept.push(`${feed} ${reason}`) },
    });
    stops.push(ibkr.stop);
    await ibkr.feed.start((input) => inputs.push(structuredClone(input)));
    await ibkr.broker.start((report) => reports.push(report), new Map());
    const isUp = (): boolean => {
      const last = reports.findLast(({ kind }) => kind === 'synced' || kind === 'disconnected');
      return last?.kind === 'synced';
    };
    for (const { fields } of samples()) {
      await server.until('synced', isUp);
      // Our own requests are numbered from a thousand million: some samples are made to be about one.
      const own = 1_000_000_000 + (fields.length % 8);
      const about = fields.map((field) => (field === '9000' || field === '9001' ? String(own) : field));
      server.current().socket.write(frame(...about));
      await Bun.sleep(1);
    }
    await server.until('synced', isUp);
    expect(reports.filter(({ kind }) => kind === 'synced').length).toBeGreaterThan(1);
    expect(kept.length).toBeGreaterThan(20);
    for (const input of inputs) {
      for (const [name, value] of Object.entries(input)) {
        if (typeof value !== 'number') continue;
        const plausible = Number.isNaN(value) || (Number.isFinite(value) && Math.abs(value) < 1e15);
        expect(plausible ? '' : `${input.kind} ${name} ${value}`).toBe('');
      }
    }
    for (const report of reports) {
      if (report.kind !== 'executed') continue;
      expect(report.execution.quantity).toBeGreaterThan(0);
      expect(report.execution.price).toBeGreaterThanOrEqual(0);
    }
  },
  60_000,
);
