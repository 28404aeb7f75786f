import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server.ts';
import { createTelegramClient } from './client.ts';

const TOKEN = '7200000001:a-secret-that-nobody-may-read';
const servers: { stop(): unknown }[] = [];
let telegram: TelegramSandbox;
beforeEach(async () => {
  telegram = await startTelegramSandbox();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  await telegram.stop();
});

const saying = (body: string, status = 200): string => {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response(body, { status }) });
  servers.push({ stop: () => server.stop(true) });
  return `http://127.0.0.1:${server.port}`;
};
const askMe = (apiRoot: string, timeoutMs = 500) =>
  createTelegramClient({ apiRoot, botToken: TOKEN, timeoutMs }).ask((raw, signal) => raw.getMe(signal));

describe('an answer', () => {
  test.each([
    ['a page of something between us and Telegram', '<html>502 Bad Gateway</html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a word', '"ok"'],
    ['a yes without a result', '{"ok":true}'],
    ['a no without a code', '{"ok":false,"description":"?"}'],
    ['a no without words', '{"ok":false,"error_code":400}'],
    ['half of one', '{"ok":true,"result":{"id":1'],
  ])('that is %s leaves open whether anything was done', async (_, body) => {
    expect((await askMe(saying(body))).kind).toBe('unknown');
  });

  test.each([
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [409, 'refused'],
    [429, 'not-now'],
    [500, 'unknown'],
    [502, 'unknown'],
  ] as const)('of %d is %s', async (code, kind) => {
    const answer = await askMe(saying(JSON.stringify({ ok: false, error_code: code, description: 'Words' }), code));
    expect(answer).toMatchObject({ kind, problem: `Words (${code})` });
  });

  test('that asks to wait without saying how long is given a second', async () => {
    const body = JSON.stringify({ ok: false, error_code: 429, description: 'Too Many Requests' });
    expect(await askMe(saying(body, 429))).toMatchObject({ kind: 'not-now', retryAfterMs: 1_000 });
  });

  test('that says the token says it to nobody else', async () => {
    const description = `no bot at /bot${TOKEN}/getMe`;
    const answer = await askMe(saying(JSON.stringify({ ok: false, error_code: 404, description }), 404));
    expect(answer).toEqual({ kind: 'refused', code: 404, problem: 'no bot at /bot***/getMe (404)' });
  });
});

describe('the way there', () => {
  test('that does not exist was certainly not gone', async () => {
    expect(await askMe('http://127.0.0.1:1')).toMatchObject({ kind: 'not-now', retryAfterMs: null });
  });

  test('that breaks off in the middle leaves open whether anything was done, and tells no address', async () => {
    const server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: (socket) => void socket.end() } });
    servers.push({ stop: () => server.stop(true) });
    const answer = await askMe(`http://127.0.0.1:${server.port}`);
    expect(answer.kind).toBe('unknown');
    expect(JSON.stringify(answer)).not.toMatch(/secret|127\.0\.0\.1|bot7200000001/);
  });

  test('is left when time is up, or when we are to end', async () => {
    const client = createTelegramClient({ apiRoot: telegram.url, botToken: telegram.botToken, timeoutMs: 200 });
    telegram.inject({ kind: 'accept-then-hang', times: 1 });
    expect(await client.ask((raw, signal) => raw.getMe(signal))).toEqual({
      kind: 'unknown',
      problem: 'no answer in time',
    });
    const patient = createTelegramClient({ apiRoot: telegram.url, botToken: telegram.botToken, timeoutMs: 60_000 });
    telegram.inject({ kind: 'accept-then-hang', times: 1 });
    const begun = performance.now();
    const answer = await patient.ask((raw, signal) => raw.getMe(signal), AbortSignal.timeout(100));
    expect(answer.kind).toBe('unknown');
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

describe('asked to wait', () => {
  test('a client asks for nothing until then, says how long that is, and polls on', async () => {
    const client = createTelegramClient({ apiRoot: telegram.url, botToken: telegram.botToken });
    telegram.inject({ kind: 'rate-limit', times: 1, retryAfterSeconds: 1 });
    expect(await client.ask((raw, signal) => raw.getMe(signal))).toMatchObject({
      kind: 'not-now',
      retryAfterMs: 1_000,
    });
    await Bun.sleep(300);
    const waiting = await client.ask((raw, signal) => raw.getMe(signal));
    expect(waiting).toMatchObject({ kind: 'not-now', problem: 'waiting as asked' });
    const leftMs = waiting.kind === 'not-now' ? (waiting.retryAfterMs ?? 0) : 0;
    expect([leftMs > 400, leftMs <= 700]).toEqual([true, true]);
    const polled = await client.poll((raw, signal) => raw.getUpdates({}, signal), AbortSignal.timeout(1_000));
    expect(polled.kind).toBe('ok');
    expect(telegram.requests().map(({ method }) => method)).toEqual(['getMe', 'getUpdates']);
    await Bun.sleep(leftMs + 20);
    expect((await client.ask((raw, signal) => raw.getMe(signal))).kind).toBe('ok');
  });
});
