import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server.ts';
import type { ChatVendor, Room } from '../../memberships/vendor.ts';
import { createTelegramClient } from './client.ts';
import { createTelegramVendor } from './vendor.ts';

const ROBIN = 5_100_000_101;
const OWNER = 5_100_000_001;
let telegram: TelegramSandbox;
let kept: Map<Room, string>;

beforeEach(async () => {
  telegram = await startTelegramSandbox();
  kept = new Map();
});
afterEach(() => telegram.stop());

const vendorOf = (
  options: { readonly apiRoot?: string; readonly botToken?: string; readonly timeoutMs?: number } = {},
) =>
  createTelegramVendor({
    client: createTelegramClient({ apiRoot: telegram.url, botToken: telegram.botToken, timeoutMs: 1_000, ...options }),
    chats: telegram.chats,
    invitations: {
      of: async (room) => kept.get(room) ?? null,
      keep: async (room, link) => void kept.set(room, link),
    },
  });
const seat = (room: Room = 'premium', chatUserId: number | string = ROBIN) => ({
  room,
  chatUserId: String(chatUserId),
});
const enter = (room: Room = 'premium'): void => telegram.acts.addByAdmin(ROBIN, room);
const asked = () => telegram.requests().map(({ method }) => method);

describe('letting somebody in', () => {
  test('writes them the room’s invitation, made once and kept', async () => {
    telegram.acts.pressStart(ROBIN);
    telegram.acts.pressStart(5_100_000_102);
    expect(await vendorOf().admit(seat())).toEqual({ kind: 'invited' });
    expect(await vendorOf().admit(seat('premium', 5_100_000_102))).toEqual({ kind: 'invited' });
    expect(asked().filter((method) => method === 'createChatInviteLink')).toHaveLength(1);
    const [first] = telegram.received(ROBIN);
    expect(first?.text).toContain('Ask to join QuantiCity Premium');
    const link = kept.get('premium') ?? '';
    expect(telegram.acts.join(ROBIN, link)).toBe('requested');
    expect(telegram.members('premium')).toEqual([]);
  });

  test('finds whoever is in already, and writes nothing', async () => {
    telegram.acts.pressStart(ROBIN);
    enter();
    expect(await vendorOf().admit(seat())).toEqual({ kind: 'inside' });
    expect(telegram.received(ROBIN)).toEqual([]);
  });

  test('is refused where the bot may not write', async () => {
    expect(await vendorOf().admit(seat())).toMatchObject({
      kind: 'refused',
      problem: expect.stringMatching(/Forbidden.*\(403\)/),
    });
    telegram.acts.pressStart(ROBIN);
    telegram.acts.block(ROBIN);
    expect(await vendorOf().admit(seat())).toMatchObject({
      kind: 'refused',
      problem: expect.stringMatching(/blocked/),
    });
  });

  test('is refused where the bot has lost its rights', async () => {
    telegram.acts.pressStart(ROBIN);
    telegram.acts.lockRights('premium', 'none');
    expect(await vendorOf().admit(seat())).toMatchObject({ kind: 'refused' });
  });
});

describe('putting somebody out', () => {
  test('lets them return, and drops what they had asked', async () => {
    telegram.acts.pressStart(ROBIN);
    const vendor = vendorOf();
    await vendor.admit(seat());
    telegram.acts.join(ROBIN, kept.get('premium') ?? '');
    expect(telegram.pending('premium')).toEqual([ROBIN]);
    expect(await vendor.remove(seat())).toEqual({ kind: 'outside' });
    expect(telegram.pending('premium')).toEqual([]);
    enter();
    expect(await vendor.remove(seat())).toEqual({ kind: 'outside' });
    expect(telegram.members('premium')).toEqual([]);
    expect(telegram.acts.join(ROBIN, kept.get('premium') ?? '')).toBe('requested');
  });

  test('twice, or of somebody who was never there, is the same', async () => {
    enter('basic');
    for (let times = 0; times < 2; times += 1)
      expect(await vendorOf().remove(seat('basic'))).toEqual({ kind: 'outside' });
    expect(await vendorOf().remove(seat('basic', '999999'))).toEqual({ kind: 'outside' });
  });

  test('is refused of an owner, whom no bot puts out', async () => {
    const removal = await vendorOf().remove(seat('premium', OWNER));
    expect(removal.kind).toBe('refused');
  });

  test('is done in its own room alone', async () => {
    enter('premium');
    enter('basic');
    await vendorOf().remove(seat('premium'));
    expect([telegram.members('premium'), telegram.members('basic')]).toEqual([[], [ROBIN]]);
  });
});

test('looking tells who is inside and who is not', async () => {
  const vendor = vendorOf();
  expect(await vendor.look(seat())).toEqual({ kind: 'absent' });
  enter();
  expect(await vendor.look(seat())).toEqual({ kind: 'inside' });
  telegram.acts.leave(ROBIN, 'premium');
  expect(await vendor.look(seat())).toEqual({ kind: 'absent' });
  expect(await vendor.look(seat('premium', OWNER))).toEqual({ kind: 'inside' });
  expect(await vendor.look(seat('premium', '999999'))).toEqual({ kind: 'absent' });
});

describe('when Telegram is in trouble', () => {
  const acts = [
    ['admit', 'getChatMember'],
    ['admit', 'createChatInviteLink'],
    ['admit', 'sendMessage'],
    ['remove', 'banChatMember'],
    ['remove', 'unbanChatMember'],
    ['look', 'getChatMember'],
  ] as const;
  const kinds = [
    ['rate-limit', 'not-now'],
    ['server-error', 'unknown'],
    ['drop', 'unknown'],
    ['accept-then-hang', 'unknown'],
  ] as const;
  const cases = acts.flatMap(([act, method]) =>
    kinds.map(([fault, outcome]) => [act, method, fault, outcome] as const),
  );

  test.each(cases)('%s, %s, %s: says so, and another try ends right', async (act, method, fault, outcome) => {
    telegram.acts.pressStart(ROBIN);
    if (act === 'remove') enter();
    telegram.inject({ kind: fault, times: 1, method, retryAfterSeconds: 1 });
    const vendor = vendorOf({ timeoutMs: 300 });
    const first = await vendor[act](seat());
    // Banned and not let go yet is nothing that may be taken for done.
    const expected = method === 'unbanChatMember' && outcome === 'not-now' ? 'unknown' : outcome;
    expect(first.kind).toBe(expected);
    if (first.kind === 'not-now') expect(first.retryAfterMs).toBe(1_000);
    if (fault === 'rate-limit') await Bun.sleep(1_050);
    const second = await vendor[act](seat());
    expect(second).toEqual({ kind: act === 'admit' ? 'invited' : act === 'remove' ? 'outside' : 'absent' });
    if (act === 'remove') {
      expect(telegram.members('premium')).toEqual([]);
      // Out, and not shut out.
      await vendor.admit(seat());
      expect(telegram.acts.join(ROBIN, kept.get('premium') ?? '')).toBe('requested');
    }
  });

  test('nothing is asked before the time that it said', async () => {
    telegram.inject({ kind: 'rate-limit', times: 1, retryAfterSeconds: 1 });
    const vendor = vendorOf();
    await vendor.look(seat());
    const before = telegram.requests().length;
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

  test('a Telegram that is not there was certainly not asked; a wrong token is refused; neither tells the token', async () => {
    const other = `${telegram.botToken.slice(0, -4)}XXXX`;
    const [closed, wrong] = [vendorOf({ apiRoot: 'http://127.0.0.1:1' }), vendorOf({ botToken: other })];
    const answers = [await closed.remove(seat()), await wrong.remove(seat())];
    expect(answers.map(({ kind }) => kind)).toEqual(['not-now', 'refused']);
    const told = JSON.stringify(answers);
    for (const token of [telegram.botToken, other]) expect(told).not.toContain(token);
  });

  test('a room that the bot is not in is refused, for every act', async () => {
    telegram.acts.pressStart(ROBIN);
    const vendor: ChatVendor = vendorOf();
    for (const act of ['admit', 'remove', 'look'] as const) {
      telegram.inject({ kind: 'refuse', times: 1 });
      expect((await vendor[act](seat())).kind).toBe('refused');
    }
  });
});
