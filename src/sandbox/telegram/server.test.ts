import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { Api, GrammyError, HttpError } from 'grammy';
import { startTelegramSandbox, type TelegramSandbox } from './server.ts';

let telegram: TelegramSandbox;
let robin: number;
let kim: number;
beforeEach(async () => {
  telegram = await startTelegramSandbox();
  [robin = 0, kim = 0] = telegram.people.map(({ id }) => id);
});
afterEach(() => telegram.stop());

interface Answered {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error_code?: number;
  readonly description?: string;
}
const request = (method: string, init: RequestInit = {}, query = ''): Promise<Response> =>
  fetch(`${telegram.url}/bot${telegram.botToken}/${method}${query}`, { method: 'POST', ...init });
const call = async (method: string, params: Record<string, unknown> = {}): Promise<Answered> => {
  const headers = { 'content-type': 'application/json' };
  return (await request(method, { headers, body: JSON.stringify(params) })).json() as Promise<Answered>;
};
const updates = async (params: Record<string, unknown> = {}) =>
  (await call('getUpdates', params)).result as readonly (Record<string, unknown> & { update_id: number })[];
const kinds = (list: readonly Record<string, unknown>[]) => list.map((update) => Object.keys(update)[1]);

describe('a call', () => {
  test('may come as JSON, form, multipart or query', async () => {
    telegram.acts.pressStart(robin);
    const chat_id = String(robin);
    const multipart = new FormData();
    for (const [name, value] of Object.entries({ chat_id, text: 'three' })) multipart.set(name, value);
    const preview = JSON.stringify({ is_disabled: true });
    const answers = await Promise.all([
      call('sendMessage', { chat_id: robin, text: 'one' }),
      request('sendMessage', {
        body: new URLSearchParams({ chat_id, text: 'two', link_preview_options: preview, protect_content: 'true' }),
      }).then((answer) => answer.json()),
      request('sendMessage', { body: multipart }).then((answer) => answer.json()),
      request('sendMessage', { method: 'GET' }, `?chat_id=${chat_id}&text=four`).then((answer) => answer.json()),
    ]);
    expect(answers.map((answer) => (answer as Answered).ok)).toEqual([true, true, true, true]);
    expect(answers[1]).toMatchObject({
      result: { link_preview_options: { is_disabled: true }, has_protected_content: true },
    });
    const texts = telegram.received(robin).map(({ text }) => text);
    expect(texts.sort()).toEqual(['four', 'one', 'three', 'two']);
  });

  test('that breaks the specification is refused, and changes nothing', async () => {
    telegram.acts.pressStart(robin);
    const codes = [
      await call('sendMessage', { chat_id: robin }),
      await call('sendMessage', { chat_id: robin, text: 5 }),
      await call('sendMessage', { chat_id: 1.5, text: 'x' }),
      await call('sendMessage', { chat_id: robin, text: 'x', protect_content: 'maybe' }),
      await call('sendMessage', { chat_id: robin, text: 'x', link_previews: true }),
      await call('sendMessage', { chat_id: robin, text: 'x', reply_parameters: { message_id: 1 } }),
      await call('sendMessage', { chat_id: robin, text: 'x', reply_markup: { inline_keyboard: [[{ text: 'x' }]] } }),
      await call('sendMessage', { chat_id: robin, text: 'x', parse_mode: 'MarkdownV2' }),
      await call('sendMessage', { chat_id: robin, text: ' \n ' }),
      await call('sendMessage', { chat_id: robin, text: 'x'.repeat(4_097) }),
      await call('sendMessage', { chat_id: robin, text: '<b>x', parse_mode: 'HTML' }),
      await call('sendMessage', { chat_id: 12, text: 'x' }),
      await call('conquerWorld'),
      await call('sendPoll'),
    ].map(({ ok, error_code }) => [ok, error_code]);
    expect(codes).toEqual([...Array.from({ length: 13 }, () => [false, 400]), [false, 404]]);
    expect(telegram.received()).toEqual([]);
    expect((await call('sendMessage', { chat_id: robin, text: 'x'.repeat(4_096) })).ok).toBe(true);
    expect(
      telegram
        .requests()
        .map(({ ok }) => ok)
        .filter(Boolean),
    ).toHaveLength(1);
  });

  test('with a wrong token is not served', async () => {
    const answer = await fetch(`${telegram.url}/bot7200000001:wrong/getMe`);
    expect([answer.status, await answer.json()]).toEqual([
      401,
      { ok: false, error_code: 401, description: 'Unauthorized' },
    ]);
    expect(telegram.requests()).toEqual([]);
  });

  test('by grammY works, and its errors carry what Telegram said', async () => {
    const api = new Api(telegram.botToken, { apiRoot: telegram.url });
    expect((await api.getMe()).username).toBe(telegram.botUsername);
    const early = await api.sendMessage(robin, 'x').catch((error: unknown) => error);
    expect(early).toBeInstanceOf(GrammyError);
    expect(early).toMatchObject({
      error_code: 403,
      description: "Forbidden: bot can't initiate conversation with a user",
    });
    telegram.inject({ kind: 'rate-limit', times: 1, method: 'getChat', retryAfterSeconds: 7 });
    const limited = await api.getChat(Number(telegram.chats.free)).catch((error: unknown) => error);
    expect(limited).toMatchObject({ error_code: 429, parameters: { retry_after: 7 } });
    telegram.inject({ kind: 'drop', times: 1 });
    expect(await api.getMe().catch((error: unknown) => error)).toBeInstanceOf(HttpError);
    expect((await api.createChatInviteLink(telegram.chats.basic, { creates_join_request: true })).is_primary).toBe(
      false,
    );
  });
});

describe('updates', () => {
  test('wake a long poll, come again until confirmed, and are numbered in order', async () => {
    const polled = updates({ timeout: 5 });
    await Bun.sleep(30);
    const startedMs = performance.now();
    telegram.acts.pressStart(robin, 'link_abc-1');
    const [first] = await polled;
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    expect(first).toMatchObject({ message: { text: '/start link_abc-1', from: { id: robin }, chat: { id: robin } } });
    telegram.acts.write(robin, 'hello');
    const both = await updates();
    expect(both.map(({ update_id }) => update_id - (first?.update_id ?? 0))).toEqual([0, 1]);
    expect(await updates({ offset: (first?.update_id ?? 0) + 1 })).toHaveLength(1);
    expect(await updates({ limit: 1 })).toEqual([both[1] ?? { update_id: 0 }]);
    telegram.acts.write(robin, 'again');
    expect(await updates({ offset: -1 })).toMatchObject([{ message: { text: 'again' } }]);
    expect(await updates()).toHaveLength(1);
  });

  test('end a long poll empty when its time is over', async () => {
    const startedMs = performance.now();
    expect(await updates({ timeout: 1 })).toEqual([]);
    expect(performance.now() - startedMs).toBeGreaterThan(900);
  });

  test('of chat members come only when asked for, and what is asked for is kept between calls', async () => {
    telegram.acts.addByAdmin(robin, 'premium');
    expect(kinds(await updates())).toEqual(['message']);
    await updates({ offset: -1, allowed_updates: ['chat_member'] });
    telegram.acts.addByAdmin(kim, 'premium');
    telegram.acts.pressStart(kim);
    expect(kinds(await updates({ offset: 0 }))).toEqual(['message', 'chat_member']);
    await updates({ allowed_updates: [] });
    telegram.acts.leave(kim, 'premium');
    expect(kinds(await updates())).toEqual(['message', 'chat_member', 'message']);
  });

  test('go to one poll: a second ends the first', async () => {
    const first = call('getUpdates', { timeout: 5 });
    await Bun.sleep(30);
    const second = updates({ timeout: 5 });
    expect(await first).toMatchObject({ ok: false, error_code: 409 });
    telegram.acts.pressStart(robin);
    expect(await second).toHaveLength(1);
  });

  test('survive a poll whose caller went away', async () => {
    const gone = new AbortController();
    const poll = request('getUpdates', { signal: gone.signal }, '?timeout=5').catch(() => 'gone');
    await Bun.sleep(30);
    gone.abort();
    expect(await poll).toBe('gone');
    await Bun.sleep(30);
    telegram.acts.pressStart(robin);
    expect(await updates()).toHaveLength(1);
  });
});

describe('a private chat', () => {
  test('is open from START until the bot is blocked, and again after a restart', async () => {
    const send = () => call('sendMessage', { chat_id: robin, text: 'hi' });
    expect((await send()).description).toBe("Forbidden: bot can't initiate conversation with a user");
    telegram.acts.pressStart(robin);
    expect((await send()).ok).toBe(true);
    telegram.acts.block(robin);
    expect((await send()).description).toBe('Forbidden: bot was blocked by the user');
    telegram.acts.pressStart(robin);
    expect((await send()).ok).toBe(true);
    const told = (await updates()).flatMap(({ my_chat_member: change }) => (change ? [change] : []));
    expect(told).toMatchObject([
      { old_chat_member: { status: 'member' }, new_chat_member: { status: 'kicked' } },
      { old_chat_member: { status: 'kicked' }, new_chat_member: { status: 'member' } },
    ]);
    expect(telegram.received(robin).map(({ chat, text }) => [chat, text])).toEqual([
      [robin, 'hi'],
      [robin, 'hi'],
    ]);
    expect(await (await fetch(`${telegram.url}/received`)).json()).toEqual(telegram.received());
  });

  test('does not let a person do what a client would not', () => {
    expect(() => telegram.acts.write(robin, 'hi')).toThrow('has not pressed START');
    expect(() => telegram.acts.pressStart(robin, 'no spaces')).toThrow('start parameter');
    expect(() => telegram.acts.pressStart(12)).toThrow('nobody has the id 12');
    telegram.acts.pressStart(robin);
    telegram.acts.block(robin);
    expect(() => telegram.acts.write(robin, 'hi')).toThrow('has blocked the bot');
  });
});

describe('a disturbance', () => {
  test.each([
    ['rate-limit', 429],
    ['server-error', 500],
    ['refuse', 403],
  ] as const)('of kind %s answers %i, so many times, and does nothing', async (kind, status) => {
    telegram.acts.pressStart(robin);
    telegram.inject({ kind, times: 2, method: 'sendMessage' });
    expect((await call('getMe')).ok).toBe(true);
    for (const expected of [status, status, undefined])
      expect((await call('sendMessage', { chat_id: robin, text: 'x' })).error_code).toBe(expected);
    expect(telegram.received()).toHaveLength(1);
  });

  test('drops a call undone, hangs one that is done, and leaves getUpdates alone unless it is named', async () => {
    telegram.acts.pressStart(robin);
    telegram.inject({ kind: 'drop', times: 1 });
    telegram.inject({ kind: 'accept-then-hang', times: 1 });
    expect(await updates()).toHaveLength(1);
    const send = (text: string) =>
      request('sendMessage', { signal: AbortSignal.timeout(300) }, `?chat_id=${robin}&text=${text}`).catch(
        (error: Error) => error.name,
      );
    expect(await send('dropped')).not.toBeInstanceOf(Response);
    expect(telegram.received()).toEqual([]);
    expect(await send('hung')).toBe('TimeoutError');
    expect(telegram.received().map(({ text }) => text)).toEqual(['hung']);
    telegram.inject({ kind: 'server-error', times: 5, method: 'getUpdates' });
    expect((await call('getUpdates')).error_code).toBe(500);
    telegram.clearFaults();
    expect((await call('getUpdates')).ok).toBe(true);
  });
});
