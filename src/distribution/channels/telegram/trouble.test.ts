import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type BotAtWork, openBot } from '../../../../tests/support/telegram-requests.ts';
import { startTelegramSandbox, type TelegramFault, type TelegramSandbox } from '../../../sandbox/telegram/server.ts';

const ROBIN = 5_100_000_101;
const NOBODY = 999_999;
const seat = (chatUserId = ROBIN) => ({ room: 'premium', chatUserId: String(chatUserId) }) as const;

/** Each request that an act makes, and how somebody stands when it is made. */
const CASES = [
  { act: 'look', method: 'getChatMember', whose: 'absent' },
  { act: 'admit', method: 'getChatMember', whose: 'absent' },
  { act: 'admit', method: 'unbanChatMember', whose: 'shut out' },
  { act: 'admit', method: 'approveChatJoinRequest', whose: 'absent' },
  { act: 'admit', method: 'createChatInviteLink', whose: 'absent' },
  { act: 'admit', method: 'sendMessage', whose: 'absent' },
  { act: 'remove', method: 'banChatMember', whose: 'inside' },
  { act: 'remove', method: 'unbanChatMember', whose: 'inside' },
  { act: 'remove', method: 'getChatMember', whose: 'nobody known' },
] as const;
type Case = (typeof CASES)[number];

const DONE = { look: 'absent', admit: 'invited', remove: 'outside' } as const;
const OUTCOMES = {
  'rate-limit': 'not-now',
  'server-error': 'unknown',
  drop: 'unknown',
  'accept-then-hang': 'unknown',
  refuse: 'refused',
} as const;

const outcomeOf = ({ act, method }: Case, kind: TelegramFault['kind']): string => {
  // Put out and shut out is nothing that may be taken for done, nor for not begun.
  if (act === 'remove' && method === 'unbanChatMember') return 'unknown';
  // Nobody had knocked, as far as anybody knows: the invitation is what remains.
  return method === 'approveChatJoinRequest' && kind === 'refuse' ? 'invited' : OUTCOMES[kind];
};

const prepare = async (telegram: TelegramSandbox, { client }: BotAtWork, { whose }: Case): Promise<void> => {
  telegram.acts.pressStart(ROBIN);
  if (whose === 'absent' || whose === 'nobody known') return;
  telegram.acts.addByAdmin(ROBIN, 'premium');
  const place = { chat_id: telegram.chats.premium, user_id: ROBIN };
  if (whose === 'shut out') await client.ask((raw, signal) => raw.banChatMember(place, signal));
};

/** What an act tells while Telegram is in trouble, what once it is over, and whether the person can ask to come in. */
const play = async (one: Case, kind: TelegramFault['kind']): Promise<readonly unknown[]> => {
  const telegram = await startTelegramSandbox();
  try {
    const bot = openBot(telegram, { timeoutMs: 300 });
    const asked = () => telegram.requests().filter(({ method }) => method === one.method).length;
    await prepare(telegram, bot, one);
    const whom = seat(one.whose === 'nobody known' ? NOBODY : ROBIN);
    telegram.inject({ kind, times: 1, method: one.method, retryAfterSeconds: 1 });
    const first = await bot.vendor[one.act](whom);
    const wasMet = asked() > 0;
    const isTokenTold = JSON.stringify(first).includes(telegram.botToken);
    if (kind === 'rate-limit') await Bun.sleep(1_050);
    const second = await bot.vendor[one.act](whom);
    const isOut = !telegram.members('premium').includes(ROBIN);
    await bot.vendor.admit(seat());
    const way = bot.invitations.get('premium') ?? '';
    return [one, wasMet, isTokenTold, first.kind, second, isOut, telegram.acts.join(ROBIN, way)];
  } finally {
    await telegram.stop();
  }
};

describe('whatever an act asks of Telegram', () => {
  test.each(Object.keys(OUTCOMES) as (keyof typeof OUTCOMES)[])(
    'and is answered with trouble (%s) is told for what it is, and done again it ends right',
    async (kind) => {
      const played = await Promise.all(CASES.map((one) => play(one, kind)));
      expect(played).toEqual(
        CASES.map((one) => [one, true, false, outcomeOf(one, kind), { kind: DONE[one.act] }, true, 'requested']),
      );
    },
    15_000,
  );
});

describe('a Telegram', () => {
  let telegram: TelegramSandbox;
  beforeEach(async () => {
    telegram = await startTelegramSandbox();
  });
  afterEach(() => telegram.stop());

  test('that asks to wait is asked nothing before the time it said, whatever the act', async () => {
    telegram.inject({ kind: 'rate-limit', times: 1, retryAfterSeconds: 1 });
    const { vendor } = openBot(telegram);
    expect(await vendor.look(seat())).toMatchObject({ kind: 'not-now', retryAfterMs: 1_000 });
    const before = telegram.requests().length;
    expect(before).toBe(1);
    const waits: number[] = [];
    for (const act of ['look', 'admit', 'remove'] as const) {
      const answer = await vendor[act](seat());
      if (answer.kind === 'not-now' && answer.retryAfterMs !== null) waits.push(answer.retryAfterMs);
    }
    expect(waits).toHaveLength(3);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(1_000);
    expect(telegram.requests().length).toBe(before);
    await Bun.sleep(1_050);
    expect(await vendor.look(seat())).toEqual({ kind: 'absent' });
  });

  test('that asks to wait between a ban and its end has the person out, and says that it is not done', async () => {
    telegram.acts.addByAdmin(ROBIN, 'premium');
    telegram.inject({ kind: 'rate-limit', times: 1, method: 'unbanChatMember', retryAfterSeconds: 1 });
    const { vendor } = openBot(telegram);
    expect((await vendor.remove(seat())).kind).toBe('unknown');
    expect(telegram.members('premium')).toEqual([]);
    expect((await vendor.remove(seat())).kind).toBe('not-now');
    await Bun.sleep(1_050);
    expect(await vendor.remove(seat())).toEqual({ kind: 'outside' });
  });

  test('that is not there was certainly not asked, for every act', async () => {
    const { vendor } = openBot(telegram, { apiRoot: 'http://127.0.0.1:1' });
    for (const act of ['admit', 'remove', 'look'] as const)
      expect(await vendor[act](seat())).toEqual({
        kind: 'not-now',
        problem: expect.not.stringContaining('127.0.0.1'),
        retryAfterMs: null,
      });
  });

  test('that does not know the token refuses, and nobody is told the token', async () => {
    const wrong = `${telegram.botToken.slice(0, -4)}0000`;
    const { vendor } = openBot({ ...telegram, botToken: wrong });
    for (const act of ['admit', 'remove', 'look'] as const) {
      const answer = await vendor[act](seat());
      expect(answer.kind).toBe('refused');
      expect(JSON.stringify(answer)).not.toContain(wrong.split(':')[1] ?? '');
    }
  });

  test('whose bot is no member of the room refuses every act', async () => {
    const { vendor } = openBot(telegram);
    for (const act of ['admit', 'remove', 'look'] as const) {
      telegram.inject({ kind: 'refuse', times: 1 });
      expect((await vendor[act](seat())).kind).toBe('refused');
    }
  });
});
