import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { startTelegramSandbox, type TelegramSandbox } from '../server.ts';

let telegram: TelegramSandbox;
let robin: number;
beforeEach(async () => {
  telegram = await startTelegramSandbox();
  [robin = 0] = telegram.people.map(({ id }) => id);
});
afterEach(() => telegram.stop());

/** A browser that keeps its one cookie and goes where it is sent. */
const browser = () => {
  let cookie = '';
  const go = async (address: string, form?: Record<string, string>, site = 'same-origin') => {
    let answer = await fetch(address, {
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
      headers: { cookie, 'sec-fetch-site': site },
      redirect: 'manual',
    });
    let at = address;
    for (let hop = 0; answer.status >= 300 && answer.status < 400 && hop < 5; hop += 1) {
      cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
      at = new URL(answer.headers.get('location') ?? '', at).href;
      answer = await fetch(at, { headers: { cookie }, redirect: 'manual' });
    }
    return { status: answer.status, at, html: await answer.text(), headers: answer.headers };
  };
  return go;
};
type Go = ReturnType<typeof browser>;
const be = (go: Go, personId: number, next = '/client') =>
  go(`${telegram.linkBase}/who`, { person: String(personId), next });

const call = async (method: string, params: Record<string, unknown> = {}) => {
  const answer = await fetch(`${telegram.url}/bot${telegram.botToken}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  });
  const { result } = (await answer.json()) as { result: unknown };
  return result as Record<string, unknown>;
};

describe('the client in a browser', () => {
  test('leads from a deep link over who one is to START, and only START reaches the bot', async () => {
    const go = browser();
    await call('setMyDescription', { description: 'Signals, <explained>.' });
    const first = await go(`${telegram.linkBase}/${telegram.botUsername}?start=abc-1`);
    expect(first.html).toContain('Who are you?');
    const next = new URL(first.at).searchParams.get('next') ?? '';
    const asked = await be(go, robin, next);
    expect(asked.html).toContain('START');
    expect(asked.html).toContain('Signals, &lt;explained&gt;.');
    expect(await call('getUpdates')).toHaveLength(0);
    const started = await go(`${telegram.linkBase}/start`, { payload: 'abc-1' });
    expect([started.status, started.at]).toEqual([200, telegram.linkBase]);
    expect(await call('getUpdates')).toMatchObject([{ message: { text: '/start abc-1', from: { id: robin } } }]);
  });

  test('shows what the bot wrote with its links, and takes what the person writes', async () => {
    const go = browser();
    await be(go, robin);
    await go(`${telegram.linkBase}/start`, {});
    await call('sendMessage', {
      chat_id: robin,
      text: '<b>See <a href="https://quanticity.example/a?b=1&amp;c=2">this</a></b> &lt;script&gt; https://a.example/x',
      parse_mode: 'HTML',
      reply_markup: {
        inline_keyboard: [
          [
            { text: 'Open', url: 'https://quanticity.example/open' },
            { text: 'Yes', callback_data: 'y' },
          ],
        ],
      },
    });
    const { html, headers } = await go(telegram.linkBase);
    expect(html).toContain(
      '<strong>See <a href="https://quanticity.example/a?b=1&amp;c=2" rel="noreferrer">this</a></strong> &lt;script&gt; ',
    );
    expect(html).toContain('<a href="https://a.example/x" rel="noreferrer">https://a.example/x</a>');
    expect(html).toContain('href="https://quanticity.example/open"');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    const messageId = telegram.received(robin)[0]?.messageId;
    await go(`${telegram.linkBase}/press`, { message: String(messageId), data: 'y' });
    expect((await go(`${telegram.linkBase}/press`, { message: String(messageId), data: 'n' })).status).toBe(400);
    await go(`${telegram.linkBase}/write`, { text: 'thanks' });
    const updates = await call('getUpdates');
    expect(updates).toMatchObject([{}, { callback_query: { data: 'y' } }, { message: { text: 'thanks' } }]);
    const empty = await go(`${telegram.linkBase}/write`, { text: '  ' });
    expect([empty.status, empty.html.includes('role="alert"')]).toEqual([400, true]);
  });

  test('asks to be let in by a link, then shows the room to who is in and to nobody else', async () => {
    const go = browser();
    await be(go, robin);
    const chat_id = telegram.chats.premium;
    const link = String((await call('createChatInviteLink', { chat_id, creates_join_request: true }))['invite_link']);
    await call('sendMessage', { chat_id, text: 'for members alone' });
    expect((await go(link)).html).toContain('Request to join');
    expect(telegram.pending('premium')).toEqual([]);
    const asked = await go(link, {});
    expect(asked.html).toContain('You asked to join');
    expect(telegram.pending('premium')).toEqual([robin]);
    expect((await go(telegram.linkBase)).html).not.toContain('for members alone');
    await call('approveChatJoinRequest', { chat_id, user_id: robin });
    expect((await go(link)).html).toContain('You are in.');
    expect((await go(telegram.linkBase)).html).toContain('for members alone');
    await go(`${telegram.linkBase}/leave`, { chat: 'premium' });
    expect(telegram.members('premium')).toEqual([]);
    expect((await go(telegram.linkBase)).html).not.toContain('for members alone');
    await call('banChatMember', { chat_id, user_id: robin });
    expect((await go(link)).html).toContain('You are banned');
    expect((await go(link, {})).status).toBe(400);
    expect((await go(`${telegram.linkBase}/+nothing`)).html).toContain('This invite link does not exist.');
  });

  test('lets anybody read the public channel, and join it', async () => {
    const go = browser();
    await be(go, robin);
    await call('sendMessage', { chat_id: telegram.chats.free, text: 'for all' });
    const channel = `${telegram.linkBase}/quanticity_sandbox`;
    expect((await go(channel)).html).toContain('for all');
    await go(channel, {});
    expect(telegram.members('free')).toEqual([robin]);
  });

  test('takes no form from another site, and leads to none', async () => {
    const go = browser();
    await be(go, robin);
    expect((await go(`${telegram.linkBase}/start`, {}, 'cross-site')).status).toBe(403);
    expect(await call('getUpdates')).toHaveLength(0);
    for (const next of ['https://evil.example/', '//evil.example/client', '/clients'])
      expect((await be(go, robin, next)).at).toBe(telegram.linkBase);
    expect((await go(`${telegram.url}/nowhere`)).status).toBe(404);
  });
});
