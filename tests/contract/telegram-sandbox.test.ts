import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { COMMANDS, ENTITIES, type Fields, LINK_PREVIEW, REPLY_MARKUP } from '../../src/sandbox/telegram/api/fields.ts';
import { METHODS } from '../../src/sandbox/telegram/api/methods.ts';
import { NOT_SIMULATED } from '../../src/sandbox/telegram/api/not-simulated.ts';
import { startTelegramSandbox, type TelegramSandbox } from '../../src/sandbox/telegram/server.ts';
import {
  answerProblems,
  methodsSeen,
  readSpec,
  requestProblems,
  TELEGRAM_SPEC_PRESENT,
  typeProblems,
  typesSeen,
} from '../support/telegram-spec.ts';

const named = (name: string): string =>
  TELEGRAM_SPEC_PRESENT ? name : `${name} (skipped: the specification is not beside the project)`;
const specTest = (name: string, run: () => void | Promise<void>): void =>
  test.skipIf(!TELEGRAM_SPEC_PRESENT)(named(name), run);

interface Shape {
  readonly type?: string;
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** Objects that we read in a parameter, held against the type of that name: fields unknown to it, and needed otherwise. */
const shapeProblems = (type: string, shape: Shape): readonly string[] => {
  const fields = readSpec().types[type]?.fields ?? [];
  return Object.entries(shape.properties ?? {}).flatMap(([name, inner]) => {
    const field = fields.find((candidate) => candidate.name === name);
    if (!field) return [`${type}.${name} is not in the specification`];
    if (field.required !== (shape.required ?? []).includes(name)) return [`${type}.${name} is needed otherwise`];
    const within = field.types[0]?.replaceAll('Array of ', '') ?? '';
    const object = [inner, inner.items, inner.items?.items]
      .flatMap((one) => [one, ...(one?.anyOf ?? [])])
      .find((one) => one?.properties);
    return object ? shapeProblems(within, object) : [];
  });
};

describe('the table of methods', () => {
  specTest('has the parameters of the specification: names, types, and which are required', () => {
    const kept = Object.entries<Fields>(METHODS).map(([method, fields]) => [
      method,
      Object.entries(fields).map(([name, { types, required }]) => ({ name, types: [...types], required })),
    ]);
    const published = Object.keys(METHODS).map((method) => [
      method,
      (readSpec().methods[method]?.fields ?? []).map(({ name, types, required }) => ({
        name,
        types: [...types],
        required,
      })),
    ]);
    expect(kept.length).toBe(20);
    expect(kept).toEqual(published);
  });

  specTest('knows every other method by name, and no method twice', () => {
    expect([...NOT_SIMULATED, ...Object.keys(METHODS)].sort()).toEqual(Object.keys(readSpec().methods).sort());
  });

  specTest('reads objects in parameters by their published fields', () => {
    for (const { types, schema } of [LINK_PREVIEW, ENTITIES, COMMANDS, REPLY_MARKUP]) {
      const read = z.toJSONSchema(schema, { unrepresentable: 'any' }) as Shape;
      const shapes = read.anyOf ?? [read.items ?? read];
      expect(shapes.map((shape) => Object.keys(shape.properties ?? {}).length)).not.toContain(0);
      const problems = shapes.flatMap((shape, at) => shapeProblems(types[at]?.replace('Array of ', '') ?? '', shape));
      expect(problems).toEqual([]);
    }
  });
});

let telegram: TelegramSandbox;
beforeAll(async () => {
  telegram = await startTelegramSandbox();
});
afterAll(() => telegram.stop());

interface Answered {
  readonly ok: boolean;
  readonly result: unknown;
  readonly error_code?: number;
}

/** A call whose request, when taken, and answer both fit the specification. */
const call = async (method: string, params: Record<string, unknown> = {}): Promise<Answered> => {
  const answer = (await (
    await fetch(`${telegram.url}/bot${telegram.botToken}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(params),
    })
  ).json()) as Answered;
  expect(answerProblems(method, answer)).toEqual([]);
  if (answer.ok) expect(requestProblems(method, params)).toEqual([]);
  return answer;
};
const taken = async (method: string, params: Record<string, unknown> = {}): Promise<unknown> => {
  const { ok, result } = await call(method, params);
  expect([method, ok]).toEqual([method, true]);
  return result;
};
const linkOf = (result: unknown): string => (result as { invite_link: string }).invite_link;

const EVERY_TYPE = ['message', 'callback_query', 'my_chat_member', 'chat_member', 'chat_join_request'];

const talk = async (robin: number): Promise<void> => {
  telegram.acts.pressStart(robin, 'payload');
  telegram.acts.write(robin, 'See https://quanticity.example/x and /help');
  await taken('sendMessage', {
    chat_id: robin,
    text: '<b>Bold <i>both</i></b> <a href="https://quanticity.example/">link</a> <code>x</code>',
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    protect_content: true,
    reply_markup: {
      inline_keyboard: [
        [
          { text: 'Open', url: 'https://quanticity.example/' },
          { text: 'Yes', callback_data: 'yes' },
        ],
      ],
    },
  });
  await taken('sendMessage', {
    chat_id: robin,
    text: 'plain',
    entities: [{ type: 'bold', offset: 0, length: 5 }],
    reply_markup: { keyboard: [[{ text: 'A' }]], resize_keyboard: true },
  });
  await taken('sendMessage', { chat_id: robin, text: 'gone', reply_markup: { remove_keyboard: true } });
  await taken('sendMessage', { chat_id: robin, text: 'answer', reply_markup: { force_reply: true } });
  const headers = { cookie: `sandbox_telegram_person=${robin}` };
  const messageId = telegram.received(robin)[0]?.messageId;
  const body = new URLSearchParams({ message: String(messageId), data: 'yes' });
  await fetch(`${telegram.linkBase}/press`, { method: 'POST', headers, body, redirect: 'manual' });
  telegram.acts.block(robin);
  expect(await call('sendMessage', { chat_id: robin, text: 'x' })).toMatchObject({ error_code: 403 });
  telegram.acts.pressStart(robin);
};

const meet = async (robin: number, kim: number): Promise<void> => {
  const { premium, basic, free } = telegram.chats;
  const asking = linkOf(
    await taken('createChatInviteLink', {
      ...{ chat_id: premium, name: 'members', creates_join_request: true },
      expire_date: Math.floor(Date.now() / 1_000) + 3_600,
    }),
  );
  expect(telegram.acts.join(robin, asking)).toBe('requested');
  expect(telegram.acts.join(kim, asking)).toBe('requested');
  await taken('approveChatJoinRequest', { chat_id: premium, user_id: robin });
  await taken('declineChatJoinRequest', { chat_id: premium, user_id: kim });
  const direct = linkOf(await taken('createChatInviteLink', { chat_id: basic, member_limit: 2 }));
  expect(telegram.acts.join(kim, direct)).toBe('joined');
  telegram.acts.addByAdmin(robin, 'basic');
  telegram.acts.leave(robin, 'basic');
  for (const user_id of [robin, kim, telegram.people[2]?.id, 5_100_000_001, 7_200_000_001])
    await taken('getChatMember', { chat_id: Number(basic), user_id });
  const until = Math.floor(Date.now() / 1_000) + 3_600;
  await taken('banChatMember', { chat_id: basic, user_id: kim, until_date: until, revoke_messages: true });
  await taken('getChatMember', { chat_id: basic, user_id: kim });
  await taken('unbanChatMember', { chat_id: basic, user_id: kim, only_if_banned: true });
  await taken('revokeChatInviteLink', { chat_id: basic, invite_link: direct });
  await taken('exportChatInviteLink', { chat_id: free });
  for (const chat_id of [premium, free, robin, '@quanticity_sandbox']) await taken('getChat', { chat_id });
  await taken('getChatMemberCount', { chat_id: premium });
  await taken('sendMessage', { chat_id: premium, text: 'to the group' });
  await taken('sendMessage', { chat_id: free, text: 'to the channel' });
  telegram.acts.lockRights('basic', 'none');
  await taken('getChatMember', { chat_id: basic, user_id: 7_200_000_001 });
};

describe('what the sandbox sends', () => {
  specTest('fits the specification: answers, refusals, and every kind of update', async () => {
    const [robin, kim] = telegram.people.map(({ id }) => id);
    if (robin === undefined || kim === undefined) throw new Error('too few people');
    await taken('getMe');
    await taken('setMyCommands', { commands: [{ command: 'start', description: 'Begin' }] });
    await taken('setMyDescription', { description: 'Signals.' });
    await taken('setMyShortDescription', { short_description: 'Signals.' });
    await taken('getUpdates', { allowed_updates: EVERY_TYPE });
    await talk(robin);
    await meet(robin, kim);
    const updates = (await taken('getUpdates', { limit: 100 })) as readonly Record<string, unknown>[];
    const carried = new Set(updates.flatMap((update) => Object.keys(update)));
    expect([...carried].sort()).toEqual(['update_id', ...EVERY_TYPE].sort());
    const callback = updates.find((update) => update['callback_query'])?.['callback_query'] as { id: string };
    await taken('answerCallbackQuery', { callback_query_id: callback.id, text: 'Done' });
    await taken('setWebhook', { url: 'https://127.0.0.1:9/hook', secret_token: 's', max_connections: 3 });
    expect(await call('getUpdates')).toMatchObject({ error_code: 409 });
    await taken('getWebhookInfo');
    await taken('deleteWebhook', { drop_pending_updates: true });
    telegram.inject({ kind: 'rate-limit', times: 1, retryAfterSeconds: 2 });
    expect(await call('getMe')).toMatchObject({ error_code: 429, parameters: { retry_after: 2 } });
    expect(await call('sendPoll')).toMatchObject({ ok: false, error_code: 404 });
    expect([...methodsSeen].sort()).toEqual(Object.keys(METHODS).sort());
    const { methods, types } = readSpec();
    process.stdout.write(
      `Telegram sandbox: ${methodsSeen.size} of ${Object.keys(methods).length} methods and ${typesSeen.size} of ${Object.keys(types).length} types of the specification covered\n`,
    );
  });

  specTest('is told from what does not fit', () => {
    const user = { id: 1, is_bot: false, first_name: 'Robin' };
    expect(typeProblems('ChatMember', { status: 'left', user })).toEqual([]);
    expect(typeProblems('ChatMember', { status: 'kicked', user })).not.toEqual([]);
    expect(typeProblems('User', { ...user, nickname: 'x' })).toEqual(['User.nickname is not in the specification']);
    expect(typeProblems('User', { id: '1', is_bot: false })).toEqual([
      'User.first_name is missing',
      'User.id is no Integer',
    ]);
  });
});
