import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { Bot } from 'grammy';
import { startTelegramSandbox, type TelegramSandbox } from './server.ts';

let telegram: TelegramSandbox;
let robin: number;
let kim: number;
beforeEach(async () => {
  telegram = await startTelegramSandbox();
  [robin = 0, kim = 0] = telegram.people.map(({ id }) => id);
  await call('getUpdates', { allowed_updates: ['chat_member', 'chat_join_request', 'my_chat_member', 'message'] });
});
afterEach(() => telegram.stop());

interface Answered {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly description?: string;
}
const call = async (method: string, params: Record<string, unknown> = {}): Promise<Answered> => {
  const answer = await fetch(`${telegram.url}/bot${telegram.botToken}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  });
  return (await answer.json()) as Answered;
};
const inPremium = (method: string, user_id: number, more: Record<string, unknown> = {}) =>
  call(method, { chat_id: telegram.chats.premium, user_id, ...more });
const statusOf = async (user_id: number) =>
  ((await inPremium('getChatMember', user_id)).result as { status: string } | undefined)?.status;
const linkTo = async (params: Record<string, unknown> = {}): Promise<string> => {
  const { result } = await call('createChatInviteLink', { chat_id: telegram.chats.premium, ...params });
  return (result as { invite_link: string }).invite_link;
};
type Change = { old_chat_member: { status: string }; new_chat_member: { status: string }; from: { id: number } };
const changes = async () => {
  const { result } = await call('getUpdates');
  return (result as readonly { chat_member?: Change }[]).flatMap(({ chat_member: change }) => (change ? [change] : []));
};
const moves = async () =>
  (await changes()).map(({ old_chat_member: old, new_chat_member: next }) => `${old.status} → ${next.status}`);

describe('a request to join', () => {
  test('tells the bot who asked by which link, and lets in when it is approved', async () => {
    const link = await linkTo({ creates_join_request: true, name: 'members' });
    expect(telegram.acts.join(robin, link)).toBe('requested');
    expect([telegram.pending('premium'), telegram.members('premium')]).toEqual([[robin], []]);
    const { result } = await call('getUpdates');
    expect(result).toMatchObject([
      {
        chat_join_request: {
          chat: { id: Number(telegram.chats.premium), type: 'supergroup' },
          from: { id: robin },
          user_chat_id: robin,
          invite_link: {
            invite_link: link,
            name: 'members',
            creates_join_request: true,
            pending_join_request_count: 1,
          },
        },
      },
    ]);
    expect(telegram.acts.join(robin, link)).toBe('requested');
    expect((await call('getUpdates')).result).toHaveLength(1);
    expect((await inPremium('approveChatJoinRequest', robin)).ok).toBe(true);
    expect([telegram.pending('premium'), telegram.members('premium')]).toEqual([[], [robin]]);
    expect(await changes()).toMatchObject([
      {
        old_chat_member: { status: 'left' },
        new_chat_member: { status: 'member', user: { id: robin } },
        invite_link: { invite_link: link },
      },
    ]);
  });

  test('is refused by name when there is none, or when they are in', async () => {
    const link = await linkTo({ creates_join_request: true });
    expect((await inPremium('approveChatJoinRequest', robin)).description).toBe('Bad Request: HIDE_REQUESTER_MISSING');
    telegram.acts.join(robin, link);
    expect((await inPremium('declineChatJoinRequest', robin)).ok).toBe(true);
    expect((await inPremium('declineChatJoinRequest', robin)).description).toBe('Bad Request: HIDE_REQUESTER_MISSING');
    telegram.acts.addByAdmin(robin, 'premium');
    expect((await inPremium('approveChatJoinRequest', robin)).description).toBe(
      'Bad Request: USER_ALREADY_PARTICIPANT',
    );
    expect((await inPremium('approveChatJoinRequest', 12)).ok).toBe(false);
  });

  test('lets the bot write to the person while it is open, START or not', async () => {
    const send = () => call('sendMessage', { chat_id: robin, text: 'almost there' });
    expect((await send()).ok).toBe(false);
    telegram.acts.join(robin, await linkTo({ creates_join_request: true }));
    expect((await send()).ok).toBe(true);
    await inPremium('declineChatJoinRequest', robin);
    expect((await send()).ok).toBe(false);
  });
});

describe('a bot of grammY', () => {
  test('polls, lets in who asks, and stops', async () => {
    const bot = new Bot(telegram.botToken, { client: { apiRoot: telegram.url } });
    const came = Promise.withResolvers<string>();
    bot.on('chat_join_request', (context) => context.approveChatJoinRequest(context.from.id));
    bot.on('chat_member', ({ chatMember: { new_chat_member: next } }) => came.resolve(next.status));
    const link = await linkTo({ creates_join_request: true });
    const running = bot.start({ allowed_updates: ['chat_join_request', 'chat_member'] });
    telegram.acts.join(robin, link);
    expect(await came.promise).toBe('member');
    expect(telegram.members('premium')).toEqual([robin]);
    await bot.stop();
    await running;
    expect((await call('getUpdates')).result).toEqual([]);
  });
});

describe('an invite link', () => {
  test('that asks for approval has no limit of members, and names are short', async () => {
    const make = (params: Record<string, unknown>) =>
      call('createChatInviteLink', { chat_id: telegram.chats.premium, ...params });
    const refused = [
      { creates_join_request: true, member_limit: 1 },
      { name: 'x'.repeat(33) },
      { member_limit: 0 },
      { member_limit: 100_000 },
      { expire_date: 1 },
      { chat_id: '-1' },
    ];
    for (const params of refused) expect([params, (await make(params)).ok]).toEqual([params, false]);
    expect((await make({ name: 'x'.repeat(32), member_limit: 99_999 })).ok).toBe(true);
  });

  test('holds as many as its limit says, and frees the place of who leaves', async () => {
    const link = await linkTo({ member_limit: 1 });
    expect(telegram.acts.join(robin, link)).toBe('joined');
    expect(() => telegram.acts.join(robin, link)).toThrow('already');
    expect(() => telegram.acts.join(kim, link)).toThrow('expired');
    telegram.acts.leave(robin, 'premium');
    expect(telegram.acts.join(kim, link)).toBe('joined');
    expect(await moves()).toEqual(['left → member', 'member → left', 'left → member']);
  });

  test('leads nowhere once it is revoked or its time is over', async () => {
    const link = await linkTo();
    const short = await linkTo({ expire_date: Math.floor(Date.now() / 1_000) + 1 });
    const { result } = await call('revokeChatInviteLink', { chat_id: telegram.chats.premium, invite_link: link });
    expect(result).toMatchObject({ invite_link: link, is_revoked: true });
    expect(() => telegram.acts.join(robin, link)).toThrow('expired');
    expect(() => telegram.acts.join(robin, `${telegram.linkBase}/+nothing`)).toThrow('does not exist');
    await Bun.sleep(1_100);
    expect(() => telegram.acts.join(robin, short)).toThrow('expired');
  });

  test('that is primary gives way to the next', async () => {
    const exported = async () =>
      (await call('exportChatInviteLink', { chat_id: telegram.chats.basic })).result as string;
    const first = await exported();
    const second = await exported();
    expect(() => telegram.acts.join(robin, first)).toThrow('expired');
    expect(telegram.acts.join(robin, second)).toBe('joined');
    expect((await call('getChat', { chat_id: telegram.chats.basic })).result).toMatchObject({ invite_link: second });
  });
});

describe('a ban', () => {
  test('puts out, closes the request, and keeps out until it is lifted', async () => {
    const [asking, direct] = [await linkTo({ creates_join_request: true }), await linkTo()];
    telegram.acts.join(robin, direct);
    telegram.acts.join(kim, asking);
    expect((await inPremium('banChatMember', robin)).ok).toBe(true);
    expect((await inPremium('banChatMember', kim)).ok).toBe(true);
    expect((await inPremium('banChatMember', kim)).ok).toBe(true);
    expect([telegram.members('premium'), telegram.pending('premium')]).toEqual([[], []]);
    expect((await inPremium('approveChatJoinRequest', kim)).description).toBe('Bad Request: HIDE_REQUESTER_MISSING');
    expect(() => telegram.acts.join(robin, direct)).toThrow('banned');
    await inPremium('unbanChatMember', robin, { only_if_banned: true });
    expect(await statusOf(robin)).toBe('left');
    expect(telegram.acts.join(robin, direct)).toBe('joined');
    expect(await moves()).toEqual([
      'left → member',
      'member → kicked',
      'left → kicked',
      'kicked → left',
      'left → member',
    ]);
  });

  test('ends by itself at its date, unless that is under 30 seconds or over 366 days away', async () => {
    const nowS = Math.floor(Date.now() / 1_000);
    const untilOf = async (until_date: number) => {
      await inPremium('banChatMember', robin, { until_date });
      return ((await inPremium('getChatMember', robin)).result as { until_date: number }).until_date;
    };
    expect(await untilOf(nowS + 60)).toBe(nowS + 60);
    expect(await untilOf(nowS + 5)).toBe(0);
    expect(await untilOf(nowS + 367 * 86_400)).toBe(0);
  });

  test('never falls on the owner or the bot, or on somebody Telegram does not know', async () => {
    expect((await inPremium('banChatMember', 5_100_000_001)).description).toBe("Bad Request: can't remove chat owner");
    expect((await inPremium('banChatMember', 7_200_000_001)).ok).toBe(false);
    expect((await inPremium('banChatMember', 12)).description).toBe('Bad Request: user not found');
    expect((await inPremium('getChatMember', 12)).description).toBe('Bad Request: user not found');
    expect(await Promise.all([5_100_000_001, 7_200_000_001, robin].map(statusOf))).toEqual([
      'creator',
      'administrator',
      'left',
    ]);
  });

  test('that is lifted from a member puts them out, unless only a ban is to be lifted', async () => {
    telegram.acts.addByAdmin(robin, 'premium');
    await inPremium('unbanChatMember', robin, { only_if_banned: true });
    expect(telegram.members('premium')).toEqual([robin]);
    await inPremium('unbanChatMember', robin);
    expect([telegram.members('premium'), await statusOf(robin)]).toEqual([[], 'left']);
  });
});

describe('a bot without rights', () => {
  test('can neither invite nor judge nor ban nor see who comes, and is told when rights come and go', async () => {
    const link = await linkTo({ creates_join_request: true });
    telegram.acts.join(robin, link);
    telegram.acts.lockRights('premium', 'none');
    expect((await call('createChatInviteLink', { chat_id: telegram.chats.premium })).ok).toBe(false);
    for (const method of ['approveChatJoinRequest', 'declineChatJoinRequest', 'banChatMember', 'unbanChatMember'])
      expect((await inPremium(method, robin)).description).toStartWith('Bad Request: not enough rights');
    telegram.acts.addByAdmin(kim, 'premium');
    expect(await moves()).toEqual([]);
    telegram.acts.lockRights('premium', 'all');
    expect((await inPremium('approveChatJoinRequest', robin)).ok).toBe(true);
    const { result } = await call('getUpdates');
    const told = (result as readonly { my_chat_member?: Change }[]).flatMap(({ my_chat_member: own }) => own ?? []);
    expect(told.map(({ new_chat_member: { status } }) => status)).toEqual(['member', 'administrator']);
    expect((await call('getChatMemberCount', { chat_id: telegram.chats.premium })).result).toBe(4);
  });

  test('does not reach the channel any more', async () => {
    const send = () => call('sendMessage', { chat_id: '@quanticity_sandbox', text: 'x' });
    expect((await send()).ok).toBe(true);
    telegram.acts.lockRights('free', 'none');
    expect((await send()).description).toBe('Forbidden: bot is not a member of the channel chat');
    expect(telegram.received('free')).toHaveLength(1);
  });
});
