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
let [robin, kim, alex] = [0, 0, 0];
const stops: (() => unknown)[] = [];
beforeEach(async () => {
  telegram = await startTelegramSandbox();
  bot = openBot(telegram);
  [robin = 0, kim = 0, alex = 0] = telegram.people.map(({ id }) => id);
  for (const { id } of telegram.people) telegram.acts.pressStart(id);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await telegram.stop();
});

const seat = (chatUserId: number, room: Room = 'premium') => ({ room, chatUserId: String(chatUserId) });
const asked = (method: string): number => telegram.requests().filter((request) => request.method === method).length;
const link = (room: Room = 'premium'): string => bot.invitations.get(room) ?? '';
/** The same Telegram, which says other words. */
const bent = (bend: Bend): BotAtWork => {
  const { url, stop } = startBentTelegram(telegram, bend);
  stops.push(stop);
  return openBot(telegram, { apiRoot: url });
};

describe('letting in', () => {
  test('somebody whose knock went unanswered opens to them, for they can knock no second time', async () => {
    await bot.vendor.admit(seat(kim));
    expect(telegram.acts.join(robin, link())).toBe('requested');
    expect(await bot.vendor.admit(seat(robin))).toEqual({ kind: 'inside' });
    expect([telegram.members('premium'), telegram.pending('premium')]).toEqual([[robin], []]);
    expect(telegram.received(robin)).toEqual([]);
  });

  test('somebody whose ban was never lifted lifts it, or the invitation would be worth nothing', async () => {
    telegram.acts.addByAdmin(robin, 'premium');
    telegram.inject({ kind: 'drop', times: 2, method: 'unbanChatMember' });
    expect((await bot.vendor.remove(seat(robin))).kind).toBe('unknown');
    await bot.vendor.admit(seat(kim));
    expect(() => telegram.acts.join(robin, link())).toThrow();
    telegram.clearFaults();
    expect(await bot.vendor.admit(seat(robin))).toEqual({ kind: 'invited' });
    expect(telegram.acts.join(robin, link())).toBe('requested');
  });

  test('is not said to be done while the ban stands', async () => {
    telegram.acts.addByAdmin(robin, 'premium');
    telegram.inject({ kind: 'refuse', times: 1, method: 'unbanChatMember' });
    await bot.vendor.remove(seat(robin));
    telegram.inject({ kind: 'refuse', times: 1, method: 'unbanChatMember' });
    expect((await bot.vendor.admit(seat(robin))).kind).toBe('refused');
    expect(telegram.received(robin)).toEqual([]);
  });

  test('many at once makes one invitation for all', async () => {
    const admissions = await Promise.all([robin, kim, alex].map((id) => bot.vendor.admit(seat(id))));
    expect(admissions.map(({ kind }) => kind)).toEqual(['invited', 'invited', 'invited']);
    expect(asked('createChatInviteLink')).toBe(1);
  });

  test('is told as refused, not as invited, where somebody is in too many rooms to be let in', async () => {
    const other = bent((method, ask) =>
      method === 'approveChatJoinRequest' ? refusal('Bad Request: USER_CHANNELS_TOO_MUCH') : ask(),
    );
    expect(await other.vendor.admit(seat(robin))).toMatchObject({ kind: 'refused' });
    expect(telegram.received(robin)).toEqual([]);
  });

  test('an approval whose answer is lost is no invitation; asked again, the person is inside', async () => {
    await bot.vendor.admit(seat(robin));
    telegram.acts.join(robin, link());
    telegram.inject({ kind: 'accept-then-hang', times: 1, method: 'approveChatJoinRequest' });
    expect((await bot.vendor.admit(seat(robin))).kind).toBe('unknown');
    expect(telegram.received(robin)).toHaveLength(1);
    expect(await bot.vendor.admit(seat(robin))).toEqual({ kind: 'inside' });
  });
});

describe('putting out', () => {
  test('is not done while the ban is not lifted, for whatever reason', async () => {
    for (const kind of ['refuse', 'server-error', 'drop', 'accept-then-hang', 'rate-limit'] as const) {
      telegram.acts.addByAdmin(robin, 'basic');
      telegram.inject({ kind, times: 1, method: 'unbanChatMember' });
      const other = openBot(telegram, { timeoutMs: 200 });
      expect([kind, (await other.vendor.remove(seat(robin, 'basic'))).kind]).toEqual([kind, 'unknown']);
      expect(telegram.members('basic')).toEqual([]);
      expect(await bot.vendor.remove(seat(robin, 'basic'))).toEqual({ kind: 'outside' });
    }
    // Without that word, lifting a ban puts out somebody who has come back meanwhile.
    const lifts = telegram.requests().filter(({ method }) => method === 'unbanChatMember');
    expect(new Set(lifts.map(({ params }) => params['only_if_banned']))).toEqual(new Set([true]));
  });

  test('is not done on the word of a Telegram that knows nobody by that id and yet sees them inside', async () => {
    telegram.acts.addByAdmin(robin, 'premium');
    for (const words of ['PARTICIPANT_ID_INVALID', 'USER_ID_INVALID', 'user not found']) {
      const other = bent((method, ask) => (method === 'banChatMember' ? refusal(`Bad Request: ${words}`) : ask()));
      expect([words, (await other.vendor.remove(seat(robin))).kind]).toEqual([words, 'unknown']);
      expect([words, (await other.vendor.remove(seat(kim))).kind]).toEqual([words, 'outside']);
      const twice = bent(() => refusal(`Bad Request: ${words}`));
      expect([words, (await twice.vendor.remove(seat(kim))).kind]).toEqual([words, 'outside']);
    }
    telegram.inject({ kind: 'server-error', times: 1, method: 'getChatMember' });
    const unsure = bent((method, ask) => (method === 'banChatMember' ? refusal('Bad Request: user not found') : ask()));
    expect((await unsure.vendor.remove(seat(robin))).kind).toBe('unknown');
  });

  test('an administrator is refused in words that say so; a bot without rights is not taken for that', async () => {
    const owner = await bot.vendor.remove(seat(5_100_000_001));
    expect(owner).toMatchObject({ kind: 'refused', problem: expect.stringContaining('whom no bot can put out') });
    telegram.acts.lockRights('premium', 'none');
    const powerless = await bot.vendor.remove(seat(robin));
    expect(powerless.kind).toBe('refused');
    expect(JSON.stringify(powerless)).not.toContain('whom no bot can put out');
  });
});

describe('looking', () => {
  test('at nobody known is looking at somebody absent; at an id that a bot without rights may not look up says nothing', async () => {
    telegram.acts.addByAdmin(robin, 'premium');
    const seen = async (words: string) => {
      const other = bent((method, ask) => (method === 'getChatMember' ? refusal(`Bad Request: ${words}`) : ask()));
      return (await other.vendor.look(seat(robin))).kind;
    };
    for (const words of ['user not found', 'member not found', 'PARTICIPANT_ID_INVALID', 'invalid user_id specified'])
      expect([words, await seen(words)]).toEqual([words, 'absent']);
    for (const words of ['USER_ID_INVALID', 'chat not found', 'CHAT_ADMIN_REQUIRED'])
      expect([words, await seen(words)]).toEqual([words, 'refused']);
  });

  test.each([
    [{ status: 'restricted', is_member: true }, 'inside'],
    [{ status: 'restricted', is_member: false }, 'absent'],
    [{ status: 'administrator' }, 'inside'],
    [{ status: 'kicked', until_date: 0 }, 'absent'],
  ] as const)('at %o tells that they are %s', async (member, kind) => {
    const other = bent((method, ask) =>
      method === 'getChatMember' ? { ok: true, result: { user: { id: robin }, ...member } } : ask(),
    );
    expect((await other.vendor.look(seat(robin))).kind).toBe(kind);
  });
});

test('an upgrade and a downgrade are an act in each room, and each can be done twice', async () => {
  telegram.acts.addByAdmin(robin, 'basic');
  for (let times = 0; times < 2; times += 1) {
    expect((await bot.vendor.admit(seat(robin, 'premium'))).kind).toBe('invited');
    expect(telegram.members('basic')).toEqual([robin]);
  }
  telegram.acts.join(robin, link('premium'));
  expect(await bot.vendor.admit(seat(robin, 'premium'))).toEqual({ kind: 'inside' });
  for (let times = 0; times < 2; times += 1)
    expect(await bot.vendor.remove(seat(robin, 'premium'))).toEqual({ kind: 'outside' });
  expect([telegram.members('premium'), telegram.members('basic')]).toEqual([[], [robin]]);
});
