import { afterEach, describe, expect, test } from 'bun:test';
import { createServer, type Server, type Socket } from 'node:net';
import type { BrokerReport, MarketInput } from '../../../core/inputs.ts';
import { instant } from '../../../core/types.ts';
import { createIbkr } from '../ibkr.ts';
import { FrameStream } from './frame-stream.ts';

const frame = (...fields: (string | number)[]): Buffer => {
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const head = Buffer.alloc(4);
  head.writeInt32BE(body.length);
  return Buffer.concat([head, body]);
};

describe('frames', () => {
  /** Frames as text, for a stream cut into chunks of that size. */
  const cut = (stream: Buffer, size: number) => {
    const bodies: string[] = [];
    const frames = new FrameStream((bytes, from, to) => bodies.push(Buffer.from(bytes.slice(from, to)).toString()));
    for (let at = 0; at < stream.length; at += size) expect(frames.push(stream.subarray(at, at + size))).toBe(true);
    return { bodies, torn: frames.torn() };
  };

  test('are the same however the stream is cut, and a torn one is noticed', () => {
    const frames = [frame('9', '1', '100'), frame('15', '1', 'DU1'), frame('x'.repeat(300)), frame('1')];
    const stream = Buffer.concat(frames);
    const bodies = frames.map((one) => one.subarray(4).toString());
    for (let size = 1; size < 400; size += 1) expect(cut(stream, size)).toEqual({ bodies, torn: false });
    for (let length = 1; length < stream.length; length += 1) {
      const whole = frames.filter((_, i) => Buffer.concat(frames.slice(0, i + 1)).length <= length).length;
      const ends = Buffer.concat(frames.slice(0, whole)).length === length;
      expect(cut(stream.subarray(0, length), 7)).toEqual({ bodies: bodies.slice(0, whole), torn: !ends });
    }
  });

  test('one of a megabyte in a thousand pieces is put together', () => {
    const large = frame('17', 'y'.repeat(1_000_000));
    const { bodies } = cut(Buffer.concat([large, frame('9')]), 1_024);
    expect(bodies.map(({ length }) => length)).toEqual([1_000_004, 2]);
  });

  test.each([-4, -1, 0, 0x1000000, 0x7fffffff])('a length of %d is refused', (length) => {
    const head = Buffer.alloc(4);
    head.writeInt32BE(length);
    expect(new FrameStream(() => {}).push(head)).toBe(false);
  });
});

/** A gateway of recorded frames: signs on, then says what the test wants. */
describe('damage on the wire', () => {
  const servers: Server[] = [];
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    for (const server of servers.splice(0)) server.close();
  });
  const gateway = async (say: (socket: Socket, connection: number) => void) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      const connection = connections;
      let signedOn = false;
      socket.on('error', () => {});
      socket.on('data', (data) => {
        if (data.includes('API\0')) socket.write(frame('176', '20260320 10:00:00 EST'));
        else if (!signedOn) {
          signedOn = true;
          socket.write(Buffer.concat([frame('15', '1', 'DU1'), frame('9', '1', '1')]));
          setTimeout(() => say(socket, connection), 20);
        }
      });
    });
    servers.push(server);
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    const inputs: MarketInput[] = [];
    const reports: BrokerReport[] = [];
    const ibkr = createIbkr({
      host: '127.0.0.1',
      port,
      clientId: 1,
      symbols: [],
      clock: { now: () => instant(Date.UTC(2026, 2, 20, 14)) },
      log: () => {},
      reconnectMs: [10],
    });
    stops.push(ibkr.stop);
    await ibkr.feed.start((input) => inputs.push(structuredClone(input)));
    await ibkr.broker.start((report) => reports.push(report), new Map());
    const refused = () =>
      inputs
        .flatMap((input) => (input.kind === 'feed.reported' && input.feed === 'ibkr.session' ? [input.refused] : []))
        .at(-1) ?? {};
    const until = async (holds: () => boolean): Promise<void> => {
      const deadline = Date.now() + 3_000;
      while (!holds() && Date.now() < deadline) await Bun.sleep(5);
    };
    return { inputs, reports, refused, until, connections: () => connections };
  };
  const reconnectedFor = async (bytes: Buffer, reason: string) => {
    const { refused, until, connections } = await gateway((socket, connection) => {
      if (connection === 1) socket.write(bytes);
    });
    await until(() => connections() >= 2 && (refused()[reason] ?? 0) > 0);
    expect(refused()).toMatchObject({ [reason]: 1 });
    expect(connections()).toBeGreaterThanOrEqual(2);
  };

  test('a negative length does not hang the thread', () =>
    reconnectedFor(Buffer.from([0xff, 0xff, 0xff, 0xfc, 0, 0]), 'bad-frame-length'));

  test('an exception of the decoder ends the connection, not the process', () =>
    reconnectedFor(frame('4', '2', '5', '201', 'rejected', '{not json'), 'undecodable'));

  test('half a frame before the end is counted', async () => {
    const { refused, until } = await gateway((socket, connection) => {
      if (connection === 1) socket.end(frame('49', '1', '1700000000').subarray(0, 9));
    });
    await until(() => (refused()['truncated-frame'] ?? 0) > 0);
    expect(refused()['truncated-frame']).toBe(1);
  });

  test('a position that cannot be read is asked for anew, never booked', async () => {
    const { refused, reports, until, connections } = await gateway((socket, connection) => {
      if (connection === 1)
        socket.write(
          frame(
            '61',
            '3',
            'DU1',
            '1',
            'SPY',
            'OPT',
            '20260320',
            '600',
            'C',
            '100',
            '',
            'USD',
            'SPY   260320C00600000',
            'SPY',
            'two',
            '105',
          ),
        );
    });
    await until(() => connections() >= 2);
    expect(connections()).toBeGreaterThanOrEqual(2);
    expect(refused()['undecodable']).toBe(1);
    expect(reports.filter(({ kind }) => kind === 'positions' || kind === 'synced')).toEqual([]);
  });
});
