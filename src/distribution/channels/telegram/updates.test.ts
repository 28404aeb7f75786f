import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server.ts';
import type { Room } from '../../memberships/vendor.ts';
import { createTelegramClient } from './client.ts';
import type { ChatStatus, TelegramDoor } from './door.ts';
import { pollUpdates, type TelegramUpdatesOptions } from './updates.ts';

const ROBIN = 5_100_000_101;
const KIM = 5_100_000_102;
const CHATS = 'https://quanticity.example/account/chats';
let telegram: TelegramSandbox;
let calls: string[] = [];
let lines: string[] = [];
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  telegram = await startTelegramSandbox();
  calls = [];
  lines = [];
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await telegram.stop();
});

/** Records what it is told, and says what the test says. */
const doorOf = (says: Partial<TelegramDoor> = {}): TelegramDoor => {
  const told =
    <A extends unknown[], R>(name: string, work: (...given: A) => Promise<R>) =>
    (...given: A): Promise<R> => {
      calls.push(
        `${name} ${given.map((one) => (typeof one === 'object' ? Object.values(one as object).join(' ') : one)).join(' ')}`,
      );
      return work(...given);
    };
  return {
    claimLink: told('claimLink', says.claimLink ?? (async () => 'claimed' as const)),
    mayEnter: told('mayEnter', says.mayEnter ?? (async () => true)),
    entered: told('entered', says.entered ?? (async () => {})),
    seen: told('seen', says.seen ?? (async () => {})),
    statusOf: told('statusOf', says.statusOf ?? (async () => null)),
    unlink: told('unlink', says.unlink ?? (async () => true)),
  };
};

const start = (door: TelegramDoor, options: Partial<TelegramUpdatesOptions> = {}) => {
  const going = new AbortController();
  const polling = pollUpdates({
    client: createTelegramClient({ apiRoot: telegram.url, botToken: telegram.botToken, timeoutMs: 400 }),
    chats: telegram.chats,
    door,
    addresses: { chats: CHATS, plans: 'https://quanticity.example/plans' },
    log: (level, message, facts) => lines.push(JSON.stringify([level, message, facts, String(facts?.['error'] ?? '')])),
    signal: going.signal,
    pollSeconds: 2,
    retryMs: 30,
    ...options,
  });
  const stop = async (): Promise<void> => {
    going.abort();
    await polling;
  };
  stops.push(stop);
  return stop;
};
const until = async (what: string, holds: () => boolean): Promise<void> => {
  const deadline = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > deadline)
      throw new Error(`${what}: not in time; ${JSON.stringify([calls, lines.slice(-4)])}`);
    await Bun.sleep(5);
  }
};
const said = (personId = ROBIN) => telegram.received(personId).map(({ text }) => text);
const heard = async (count: number, personId = ROBIN): Promise<string> => {
  await until(`${count} answers`, () => said(personId).length >= count);
  return said(personId).at(-1) ?? '';
};
const invitation = async (room: Room): Promise<string> => {
  const url = `${telegram.url}/bot${telegram.botToken}/createChatInviteLink`;
  const body = JSON.stringify({ chat_id: telegram.chats[room], creates_join_request: true });
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return ((await answer.json()) as { result: { invite_link: string } }).result.invite_link;
};

describe('in the private chat', () => {
  test.each([
    ['claimed', 'say that this is you'],
    ['unknown', 'used already, or was never made'],
    ['expired', 'more than ten minutes old'],
    ['taken', 'linked to another QuantiCity account'],
  ] as const)('a link that is %s is answered in words', async (answer, words) => {
    start(doorOf({ claimLink: async () => answer }));
    telegram.acts.pressStart(ROBIN, 'token-of-43-letters');
    expect(await heard(1)).toContain(words);
    expect(calls).toEqual([`claimLink token-of-43-letters ${ROBIN} Robin`]);
  });

  test.each<[string, ChatStatus | null, string]>([
    ['nobody’s', null, 'not linked to a QuantiCity account yet'],
    ['Free', { tier: 'free', room: null, standing: null }, 'Closed rooms come with Basic and Premium'],
    ['invited', { tier: 'basic', room: 'basic', standing: 'invited' }, 'Basic room: you have an invitation'],
    ['inside', { tier: 'premium', room: 'premium', standing: 'inside' }, 'Premium room: you are inside'],
    ['left', { tier: 'premium', room: 'premium', standing: 'left' }, 'the site can invite you again'],
  ])('/status of a chat that is %s', async (_, status, words) => {
    start(doorOf({ statusOf: async () => status }));
    telegram.acts.pressStart(ROBIN);
    telegram.acts.write(ROBIN, '/status');
    expect(await heard(2)).toContain(words);
  });

  test('/unlink asks first, and does it at the second word', async () => {
    start(doorOf());
    telegram.acts.pressStart(ROBIN);
    telegram.acts.write(ROBIN, '/unlink');
    expect(await heard(2)).toContain('/unlink yes');
    expect(calls.some((call) => call.startsWith('unlink'))).toBe(false);
    telegram.acts.write(ROBIN, '/unlink YES');
    expect(await heard(3)).toContain('Unlinked.');
    expect(calls).toContain(`unlink ${ROBIN}`);
  });

  test('anything else is answered with what there is', async () => {
    start(doorOf());
    telegram.acts.pressStart(ROBIN);
    for (const [at, text] of ['/help', 'hello', '/start two words', '/nonsense <b>'].entries()) {
      telegram.acts.write(ROBIN, text);
      expect(await heard(at + 2)).toContain('/status tells where you stand');
    }
  });
});

describe('at the door of a room', () => {
  test('whoever may enter is let in, and that is told; the seat is taken before', async () => {
    start(doorOf());
    telegram.acts.join(ROBIN, await invitation('premium'));
    await until('entered', () => calls.some((call) => call.startsWith('entered')));
    expect(telegram.members('premium')).toEqual([ROBIN]);
    const order = calls.filter((call) => /^(mayEnter|entered)/.test(call));
    expect(order).toEqual([`mayEnter premium ${ROBIN}`, `entered premium ${ROBIN}`]);
  });

  test('whoever may not, an invitation forwarded to them or not, is turned away and told why', async () => {
    start(doorOf({ mayEnter: async () => false }));
    telegram.acts.pressStart(KIM);
    telegram.acts.join(KIM, await invitation('premium'));
    await until('told', () => said(KIM).some((text) => text.includes('You asked to join QuantiCity Premium')));
    expect([telegram.members('premium'), telegram.pending('premium')]).toEqual([[], []]);
    expect(calls.some((call) => call.startsWith('entered'))).toBe(false);
  });

  test.each(['server-error', 'drop', 'accept-then-hang'] as const)(
    'an approval whose answer is lost (%s) is asked for again, and the person is in',
    async (kind) => {
      telegram.inject({ kind, times: 1, method: 'approveChatJoinRequest' });
      start(doorOf());
      telegram.acts.join(ROBIN, await invitation('basic'));
      await until('in', () => telegram.members('basic').includes(ROBIN));
      await until('told', () => calls.some((call) => /^(entered|seen) basic/.test(call)));
    },
  );

  test('whoever comes or goes without asking is told of', async () => {
    start(doorOf());
    await until('polling', () => telegram.requests().some(({ method }) => method === 'getUpdates'));
    telegram.acts.addByAdmin(ROBIN, 'basic');
    await until('seen inside', () => calls.includes(`seen basic ${ROBIN} inside`));
    telegram.acts.leave(ROBIN, 'basic');
    await until('seen gone', () => calls.includes(`seen basic ${ROBIN} absent`));
    expect(said()).toEqual([]);
  });

  test('of the public channel nothing is anybody’s business', async () => {
    start(doorOf());
    await until('polling', () => telegram.requests().some(({ method }) => method === 'getUpdates'));
    telegram.acts.addByAdmin(ROBIN, 'free');
    telegram.acts.pressStart(ROBIN);
    await heard(1);
    expect(calls.filter((call) => call.startsWith('seen'))).toEqual([]);
  });
});

describe('taking updates', () => {
  test('one that cannot be handled is given up, told of, and holds nobody up', async () => {
    start(
      doorOf({
        claimLink: async (token) => {
          if (token === 'poison') throw new Error('the database is away');
          return 'claimed';
        },
      }),
    );
    telegram.acts.pressStart(ROBIN, 'poison');
    telegram.acts.pressStart(KIM, 'sound');
    expect(await heard(1, KIM)).toContain('say that this is you');
    expect(calls.filter((call) => call.includes('poison'))).toHaveLength(3);
    expect(lines.filter((line) => line.includes('could not be handled'))).toHaveLength(3);
  });

  test('one that was not handled when the process went down is handled by the next', async () => {
    const { promise, resolve } = Promise.withResolvers<'claimed'>();
    const stop = start(doorOf({ claimLink: () => promise }));
    telegram.acts.pressStart(ROBIN, 'slow-one');
    await until('under way', () => calls.length === 1);
    const stopped = stop();
    resolve('claimed');
    await stopped;
    start(doorOf());
    await until('handled again', () => calls.length === 2);
    expect(new Set(calls).size).toBe(1);
  });

  test('a webhook that somebody set by hand is taken away first', async () => {
    const url = `${telegram.url}/bot${telegram.botToken}/setWebhook?url=${encodeURIComponent('http://127.0.0.1:1/x')}`;
    expect((await fetch(url)).status).toBe(200);
    start(doorOf());
    telegram.acts.pressStart(ROBIN);
    expect(await heard(1)).toContain('not linked');
  });

  test('two at once: each hears of it once, and one that is left alone goes on', async () => {
    const stop = start(doorOf());
    start(doorOf());
    await until('a conflict', () => lines.some((line) => line.includes('Conflict')));
    await Bun.sleep(300);
    await stop();
    telegram.acts.pressStart(ROBIN);
    await heard(1);
    expect(lines.filter((line) => line.includes('gives no updates')).length).toBeLessThan(20);
  });

  test('a Telegram that is away is told of once, and asked until it is back', async () => {
    telegram.inject({ kind: 'server-error', times: 4, method: 'getUpdates' });
    start(doorOf());
    telegram.acts.pressStart(ROBIN);
    await heard(1);
    expect(lines.filter((line) => line.includes('gives no updates'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('gives updates again'))).toHaveLength(1);
    expect(lines.join()).not.toContain(telegram.botToken);
  });

  test('ends at once when told to, in the middle of a poll', async () => {
    const stop = start(doorOf(), { pollSeconds: 30 });
    await until('polling', () => telegram.requests().some(({ method }) => method === 'getUpdates'));
    const begun = performance.now();
    await stop();
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
