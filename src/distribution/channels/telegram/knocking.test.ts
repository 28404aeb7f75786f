import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  type Bend,
  type BotAtWork,
  openBot,
  refusal,
  startBentTelegram,
} from '../../../../tests/support/telegram-requests.ts';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server.ts';
import type { Room } from '../../memberships/vendor.ts';

let telegram: TelegramSandbox;
let bot: BotAtWork;
let [robin, kim] = [0, 0];
const stops: (() => unknown)[] = [];
beforeEach(async () => {
  telegram = await startTelegramSandbox();
  bot = openBot(telegram);
  [robin = 0, kim = 0] = telegram.people.map(({ id }) => id);
});
afterEach(async () => {
  await bot.stop();
  for (const stop of stops.splice(0)) await stop();
  await telegram.stop();
});

const bent = (bend: Bend): BotAtWork => {
  const { url, stop } = startBentTelegram(telegram, bend);
  stops.push(stop);
  bot = openBot(telegram, { apiRoot: url });
  return bot;
};
/** A member with access, who has the invitation in their private chat. */
const invite = async (personId: number, room: Room = 'premium'): Promise<string> => {
  telegram.acts.pressStart(personId);
  bot.door.allowed.add(`${room} ${personId}`);
  expect((await bot.vendor.admit({ room, chatUserId: String(personId) })).kind).toBe('invited');
  return bot.invitations.get(room) ?? '';
};
const answered = (room: Room = 'premium') => bot.until('an answer', () => telegram.pending(room).length === 0);
const said = (personId: number) => telegram.received(personId).map(({ text }) => text);
const asked = (method: string) => telegram.requests().filter((request) => request.method === method);
const logged = (words: string) => bot.lines.filter((line) => line.includes(words));

describe('turning somebody away', () => {
  test('a stranger with a forwarded invitation is told why, for they can be written to only while they wait', async () => {
    const link = await invite(robin);
    bot.poll();
    telegram.acts.join(kim, link);
    await answered();
    expect([telegram.members('premium'), telegram.pending('premium')]).toEqual([[], []]);
    expect(said(kim)).toEqual([
      expect.stringContaining('You asked to join QuantiCity Premium. This chat is not linked'),
    ]);
    telegram.acts.join(robin, link);
    await bot.until('in', () => telegram.members('premium').includes(robin));
  });

  test('access that ended between invitation and knock opens nothing', async () => {
    const link = await invite(robin);
    bot.door.allowed.clear();
    bot.door.status = { tier: 'free', room: null, standing: null };
    bot.poll();
    telegram.acts.join(robin, link);
    await answered();
    expect(telegram.members('premium')).toEqual([]);
    expect(said(robin).at(-1)).toContain('Your plan does not include it');
  });

  test('access that ended and came back lets in again, after a removal that lets return', async () => {
    const link = await invite(robin);
    bot.poll();
    telegram.acts.join(robin, link);
    await bot.until('in', () => telegram.members('premium').includes(robin));
    expect(await bot.vendor.remove({ room: 'premium', chatUserId: String(robin) })).toEqual({ kind: 'outside' });
    telegram.acts.join(robin, link);
    await bot.until('in again', () => telegram.members('premium').includes(robin));
  });

  test('somebody whose plan has the room and whose seat is not ready is not told that it has not', async () => {
    const link = await invite(robin);
    bot.door.allowed.clear();
    bot.door.status = { tier: 'premium', room: 'premium', standing: 'outside' };
    bot.poll();
    telegram.acts.join(robin, link);
    await answered();
    expect(said(robin).at(-1)).toContain('Your seat is being made ready');
  });

  test('is said once, however often Telegram has to be asked', async () => {
    const link = await invite(robin);
    telegram.inject({ kind: 'server-error', times: 2, method: 'declineChatJoinRequest' });
    bot.poll();
    telegram.acts.join(kim, link);
    await answered();
    expect(asked('declineChatJoinRequest')).toHaveLength(3);
    expect(said(kim)).toHaveLength(1);
  });

  test('whoever has blocked the bot is turned away all the same', async () => {
    const link = await invite(robin);
    telegram.acts.pressStart(kim);
    telegram.acts.block(kim);
    bot.poll();
    telegram.acts.join(kim, link);
    await answered();
    expect(telegram.members('premium')).toEqual([]);
    // Neither the greeting nor the reason could be said.
    expect(logged('could not answer somebody')).toHaveLength(2);
  });
});

describe('letting somebody in', () => {
  test('waits as long as Telegram asks, which is no failure, and nobody behind is lost', async () => {
    const link = await invite(robin);
    telegram.acts.pressStart(kim, 'token');
    telegram.inject({ kind: 'rate-limit', times: 1, method: 'approveChatJoinRequest', retryAfterSeconds: 1 });
    telegram.acts.join(robin, link);
    telegram.acts.write(kim, '/help');
    const begun = performance.now();
    bot.poll({ retryMs: 5 });
    await bot.until('in', () => telegram.members('premium').includes(robin));
    expect(performance.now() - begun).toBeGreaterThan(900);
    await bot.until('kim is answered', () => said(kim).length === 2);
    expect(logged('given up')).toEqual([]);
    expect(bot.door.calls.filter((call) => call.startsWith('entered'))).toEqual([`entered premium ${robin}`]);
    // Nor was anybody asked over and over meanwhile.
    expect(bot.door.calls.filter((call) => call.startsWith('mayEnter'))).toHaveLength(2);
  });

  test('waits as often as Telegram asks', async () => {
    const link = await invite(robin);
    let pauses = 8;
    const other = bent((method, ask) => {
      if (method !== 'approveChatJoinRequest' || pauses === 0) return ask();
      pauses -= 1;
      return { ...refusal('Too Many Requests: retry later', 429), parameters: { retry_after: 0 } };
    });
    other.door.allowed.add(`premium ${robin}`);
    other.poll();
    telegram.acts.join(robin, link);
    await bot.until('in', () => telegram.members('premium').includes(robin));
    expect([pauses, logged('given up')]).toEqual([0, []]);
  });

  test('words wait as well, and arrive', async () => {
    telegram.inject({ kind: 'rate-limit', times: 1, method: 'sendMessage', retryAfterSeconds: 1 });
    bot.poll();
    telegram.acts.pressStart(robin, 'token');
    await bot.until('told', () => said(robin).length === 1);
    expect(bot.door.calls).toEqual([`claimLink token ${robin} Robin`]);
  });

  test.each([
    ['HIDE_REQUESTER_MISSING', 0, 0],
    ['USER_ALREADY_PARTICIPANT', 1, 0],
    ['CHAT_ADMIN_REQUIRED', 0, 1],
  ] as const)('that is answered %s is settled at once', async (words, entries, warnings) => {
    const link = await invite(robin);
    const other = bent((method, ask) =>
      method === 'approveChatJoinRequest' ? refusal(`Bad Request: ${words}`) : ask(),
    );
    other.door.allowed.add(`premium ${robin}`);
    other.poll();
    telegram.acts.join(robin, link);
    telegram.acts.write(robin, '/help');
    await bot.until('the next is answered', () => said(robin).some((text) => text.includes('/status tells')));
    expect(other.door.calls.filter((call) => call.startsWith('entered'))).toHaveLength(entries);
    expect(logged('could not be let in')).toHaveLength(warnings);
    expect(logged('given up')).toEqual([]);
  });

  test('is given up after some tries where Telegram gives no clear answer, and the keeper ends it', async () => {
    const link = await invite(robin);
    telegram.inject({ kind: 'server-error', times: 3, method: 'approveChatJoinRequest' });
    bot.poll();
    telegram.acts.join(robin, link);
    await bot.until('given up', () => logged('given up').length === 1);
    expect(telegram.pending('premium')).toEqual([robin]);
    expect(await bot.vendor.admit({ room: 'premium', chatUserId: String(robin) })).toEqual({ kind: 'inside' });
  });
});

describe('updates', () => {
  test('that nobody could record are handled once records are back, for a while; later ones are not lost', async () => {
    bot.door.isAway = true;
    bot.poll({ retryMs: 100 });
    telegram.acts.pressStart(robin, 'first');
    await bot.until('tried', () => bot.door.calls.length === 1);
    bot.door.isAway = false;
    await bot.until('told', () => said(robin).length === 1);
    expect(bot.door.calls).toEqual([`claimLink first ${robin} Robin`, `claimLink first ${robin} Robin`]);
  });

  test('are asked for by name, and no others', async () => {
    bot.poll();
    await bot.until('polling', () => asked('getUpdates').length > 0);
    expect(asked('getUpdates')[0]?.params['allowed_updates']).toEqual([
      'message',
      'chat_join_request',
      'chat_member',
      'my_chat_member',
    ]);
  });

  test('of groups are left unanswered, whatever somebody writes there', async () => {
    const from = { id: robin, is_bot: false, first_name: 'Robin' };
    const said = (id: number, type: string, text: string) => ({
      message: { message_id: id, date: 0, from, text, chat: { id: type === 'private' ? robin : -100_200, type } },
      update_id: id,
    });
    telegram.acts.pressStart(robin);
    let isGiven = false;
    const other = bent((method, ask) => {
      if (method !== 'getUpdates' || isGiven) return ask();
      isGiven = true;
      const texts = ['/start stolen-token', '/unlink yes', '/status', 'hello'];
      const inGroup = texts.map((text, at) => said(at + 1, at % 2 === 0 ? 'supergroup' : 'group', text));
      return { ok: true, result: [...inGroup, said(9, 'private', '/start own-token')] };
    });
    other.poll();
    // Start itself, too, is told of and answered: both answers stand in the private chat, and nothing in a group.
    await bot.until('answered', () => asked('sendMessage').length === 2);
    expect(other.door.calls).toEqual([`claimLink own-token ${robin} Robin`, `statusOf ${robin}`]);
    expect(asked('sendMessage').map(({ params }) => params['chat_id'])).toEqual([robin, robin]);
  });

  test('a webhook set while polling is taken away again', async () => {
    bot.poll();
    await bot.until('polling', () => asked('getUpdates').length > 0);
    const hook = `${telegram.url}/bot${telegram.botToken}/setWebhook?url=${encodeURIComponent('http://127.0.0.1:1/x')}`;
    expect((await fetch(hook)).status).toBe(200);
    telegram.acts.pressStart(robin, 'token');
    await bot.until('told', () => said(robin).length === 1);
    expect(asked('deleteWebhook').length).toBeGreaterThan(1);
  });

  test('a room where the bot lost its rights is told of at once, and so is their return', async () => {
    bot.poll();
    await bot.until('polling', () => asked('getUpdates').length > 0);
    telegram.acts.lockRights('premium', 'none');
    await bot.until('told', () => logged('lost rights').length === 1);
    expect(logged('lost rights')[0]).toContain('"error"');
    telegram.acts.lockRights('premium', 'all');
    await bot.until('told', () => logged('has the rights that it needs').length === 1);
  });

  test('end at once in the middle of an act that Telegram does not answer', async () => {
    bot = openBot(telegram, { timeoutMs: 60_000 });
    const link = await invite(robin);
    telegram.inject({ kind: 'accept-then-hang', times: 1, method: 'approveChatJoinRequest' });
    const stop = bot.poll();
    telegram.acts.join(robin, link);
    await bot.until('asked', () => asked('approveChatJoinRequest').length === 2);
    const begun = performance.now();
    await stop();
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  test('in trouble of every kind, the token stands in no line of the log', async () => {
    for (const kind of ['server-error', 'drop', 'refuse', 'rate-limit'] as const)
      for (const method of ['getUpdates', 'sendMessage', 'deleteWebhook'] as const)
        telegram.inject({ kind, times: 1, method, retryAfterSeconds: 1 });
    bot.poll({ retryMs: 2 });
    for (let times = 0; times < 4; times += 1) telegram.acts.pressStart(robin, 'token');
    await bot.until('quiet', () => bot.lines.some((line) => line.includes('gives updates again')));
    expect(bot.lines.length).toBeGreaterThan(2);
    expect(bot.lines.join()).not.toContain(telegram.botToken);
    expect(bot.lines.join()).not.toContain(telegram.botToken.split(':')[1] ?? '');
  });
});
