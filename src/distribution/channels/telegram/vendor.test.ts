import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server.ts';
import type { Room } from '../../memberships/vendor.ts';
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

/** As after a restart: all that is left is what was kept. */
const vendorOf = () =>
  createTelegramVendor({
    client: createTelegramClient({ apiRoot: telegram.url, botToken: telegram.botToken, timeoutMs: 1_000 }),
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

test('an invitation revoked in Telegram lets nobody ask; once it is not kept any more the next one does', async () => {
  telegram.acts.pressStart(ROBIN);
  await vendorOf().admit(seat());
  const revoked = kept.get('premium') ?? '';
  const revoke = `${telegram.url}/bot${telegram.botToken}/revokeChatInviteLink`;
  const body = JSON.stringify({ chat_id: telegram.chats.premium, invite_link: revoked });
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(revoke, { method: 'POST', headers, body })).status).toBe(200);
  // Telegram can be asked about no link: that one is dead only people can say.
  expect(await vendorOf().admit(seat())).toEqual({ kind: 'invited' });
  expect(() => telegram.acts.join(ROBIN, revoked)).toThrow('expired');
  kept.clear();
  expect(await vendorOf().admit(seat())).toEqual({ kind: 'invited' });
  expect(telegram.acts.join(ROBIN, kept.get('premium') ?? '')).toBe('requested');
});
