import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type Bend, type BotAtWork, openBot, startBentTelegram } from '../../../../tests/support/telegram-requests.ts';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server.ts';

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
  for (const stop of stops.splice(0)) await stop();
  await telegram.stop();
});

const open = (bend?: Bend): BotAtWork => {
  const bent = bend && startBentTelegram(telegram, bend);
  const other = openBot(telegram, { apiRoot: bent?.url ?? telegram.url });
  stops.push(other.stop, () => bent?.stop());
  return other;
};
const said = (personId: number) => telegram.received(personId).map(({ text }) => text);
const asked = (method: string) => telegram.requests().filter((request) => request.method === method);
const invitationTo = async (personId: number): Promise<string> => {
  telegram.acts.pressStart(personId);
  await bot.vendor.admit({ room: 'premium', chatUserId: String(personId) });
  return bot.invitations.get('premium') ?? '';
};
/** The first updates that are fetched are these. */
const giving = (updates: readonly object[]): Bend => {
  let isGiven = false;
  return (method, ask) => {
    if (method !== 'getUpdates' || isGiven) return ask();
    isGiven = true;
    return { ok: true, result: updates };
  };
};

describe('when our records are away for a moment', () => {
  test.each(['mayEnter', 'statusOf'] as const)(
    'a stranger who knocks (%s) is told why all the same, once, before being turned away',
    async (question) => {
      const link = await invitationTo(robin);
      const other = open();
      const ask = other.door[question].bind(other.door);
      let failures = 1;
      Object.assign(other.door, {
        async [question](given: never) {
          if (JSON.stringify(given).includes(String(kim))) failures -= 1;
          if (failures === 0) throw new Error('the records are away');
          return ask(given);
        },
      });
      telegram.acts.join(kim, link);
      other.poll();
      await other.until('turned away', () => telegram.pending('premium').length === 0);
      expect(failures).toBeLessThan(0);
      expect(said(kim)).toEqual([expect.stringContaining('You asked to join QuantiCity Premium')]);
    },
  );

  test('and for longer, whoever wrote to the bot is told to try again, and the next is answered', async () => {
    const other = open();
    other.door.isAway = true;
    other.poll();
    telegram.acts.pressStart(robin, 'token');
    await other.until('told', () => said(robin).length === 1);
    expect(said(robin)[0]).toContain('Try again in a few minutes');
    expect(other.door.calls).toHaveLength(3);
    other.door.isAway = false;
    telegram.acts.pressStart(robin, 'token');
    await other.until('answered', () => said(robin).length === 2);
    expect(said(robin)[1]).toContain('say that this is you');
  });

  test('nobody is told anything about a group, nor of a message that cannot be read, and polling goes on', async () => {
    const from = { id: robin, is_bot: false, first_name: 'Robin' };
    const chat = { id: -100_200, type: 'supergroup' };
    const other = open(
      giving([
        { update_id: 1, message: { message_id: 1, date: 0, from, chat, text: '/start a' } },
        { update_id: 2, message: { message_id: 2, date: 0, from, text: '/start b' } },
        { update_id: 3, chat_join_request: { from } },
      ]),
    );
    other.poll();
    telegram.acts.pressStart(robin, 'sound');
    await other.until('answered', () => said(robin).length === 1);
    expect(other.door.calls).toEqual([`claimLink sound ${robin} Robin`]);
    expect(other.lines.filter((line) => line.includes('given up'))).toHaveLength(2);
  });
});

describe('an update', () => {
  test('is confirmed to Telegram only once it was handled: whoever comes after a crash gets it again', async () => {
    const crashed = open();
    const { promise, resolve } = Promise.withResolvers<'claimed'>();
    let [begun, again] = [0, 0];
    Object.assign(crashed.door, {
      claimLink: () => {
        begun += 1;
        return promise;
      },
    });
    crashed.poll();
    telegram.acts.pressStart(robin, 'first');
    telegram.acts.pressStart(kim, 'second');
    await crashed.until('under way', () => begun === 1);
    expect(new Set(asked('getUpdates').map(({ params }) => params['offset']))).toEqual(new Set([0]));
    const next = open();
    next.poll();
    await next.until('both again', () => {
      again = next.door.calls.length;
      return again === 2;
    });
    expect(next.door.calls).toEqual([`claimLink first ${robin} Robin`, expect.stringContaining(`second ${kim}`)]);
    // What was handled is confirmed by the poll that follows.
    await next.until('confirmed', () => asked('getUpdates').some(({ params }) => Number(params['offset']) > 0));
    resolve('claimed');
  });

  test('of somebody with a hostile name brings text, on one line, to our records and into the answer', async () => {
    const from = { id: robin, is_bot: false, first_name: '<script>\u202e\n&"', last_name: '\u0000<b>x</b>' };
    telegram.acts.pressStart(robin);
    const message = { message_id: 1, date: 0, from, chat: { id: robin, type: 'private' }, text: '/start token' };
    const other = open(giving([{ update_id: 1, message }]));
    other.poll();
    await other.until('answered', () => said(robin).length >= 1);
    expect(other.door.calls[0]).toBe(`claimLink token ${robin} <script>&" <b>x</b>`);
    expect(String(asked('sendMessage')[0]?.params['text'])).toContain(
      'Hello &lt;script&gt;&amp;&quot; &lt;b&gt;x&lt;/b&gt;.',
    );
    expect(said(robin)[0]).toContain('Hello <script>&" <b>x</b>.');
  });

  test.each([
    ['channel', false, 'lost rights'],
    ['channel', true, 'has the rights'],
    ['supergroup', undefined, 'has the rights'],
  ] as const)('about the bot’s own rights in a %s (may post: %s) is told as: %s', async (type, canPost, words) => {
    const user = { id: 1, is_bot: true, first_name: 'Bot' };
    const own = {
      ...{ user, status: 'administrator', can_invite_users: true, can_restrict_members: true },
      can_post_messages: canPost,
    };
    const chat = { id: Number(telegram.chats.premium), type, title: 'Premium' };
    const change = { chat, from: user, date: 0, old_chat_member: own, new_chat_member: own };
    const other = open(giving([{ update_id: 1, my_chat_member: change }]));
    other.poll();
    await other.until('told', () => other.lines.length > 0);
    expect(other.lines[0]).toContain(words);
  });
});

test('two pollers: each says once that the other is in its way, and the one that is left takes updates again', async () => {
  const [first, second] = [open(), open()];
  const stop = first.poll();
  second.poll();
  const conflicts = (of: BotAtWork) => of.lines.filter((line) => line.includes('Conflict')).length;
  await first.until('a conflict each', () => conflicts(first) > 0 && conflicts(second) > 0);
  const polls = asked('getUpdates').length;
  await first.until('more polls', () => asked('getUpdates').length > polls + 2);
  expect([conflicts(first), conflicts(second)]).toEqual([1, 1]);
  await stop();
  telegram.acts.pressStart(robin, 'token');
  await second.until('answered', () => said(robin).length === 1);
  expect([first.door.calls, second.door.calls]).toEqual([[], [`claimLink token ${robin} Robin`]]);
  expect(second.lines.filter((line) => line.includes('gives updates again'))).toHaveLength(1);
});
