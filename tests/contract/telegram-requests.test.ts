import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkTelegram } from '../../src/distribution/channels/telegram/check.ts';
import { redact } from '../../src/distribution/redact.ts';
import { exampleSignal } from '../../src/engine/testing/example-signal.ts';
import { startTelegramSandbox, type TelegramSandbox } from '../../src/sandbox/telegram/server.ts';
import { PROJECT_ROOT } from '../support/server.ts';
import { type BotAtWork, openBot } from '../support/telegram-requests.ts';
import { requestProblems, TELEGRAM_SPEC_PRESENT } from '../support/telegram-spec.ts';

const specTest = (name: string, run: () => void | Promise<void>): void =>
  test.skipIf(!TELEGRAM_SPEC_PRESENT)(
    TELEGRAM_SPEC_PRESENT ? name : `${name} (skipped: the specification is not beside the project)`,
    run,
  );

let telegram: TelegramSandbox;
let bot: BotAtWork;
let [robin, kim, alex] = [0, 0, 0];
beforeAll(async () => {
  telegram = await startTelegramSandbox();
  bot = openBot(telegram);
  [robin = 0, kim = 0, alex = 0] = telegram.people.map(({ id }) => id);
});
afterAll(async () => {
  await bot.stop();
  await telegram.stop();
});

const ADAPTER = join(PROJECT_ROOT, 'src/distribution/channels/telegram');

/** The methods that stand in the adapter's source. */
const methodsInSource = (): readonly string[] => {
  const texts = readdirSync(ADAPTER)
    .filter((name) => !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(ADAPTER, name), 'utf8'));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/\braw\.(\w+)\(/g)].map(([, method = '']) => method)))];
};

const post = async (): Promise<void> => {
  const release = { releaseId: crypto.randomUUID(), signalRef: crypto.randomUUID(), releasedAtMs: Date.now() };
  const [premium, basic, free] = [
    redact(exampleSignal(), 'premium'),
    redact(exampleSignal(), 'basic'),
    redact(exampleSignal(), 'free'),
  ];
  if (!premium || !basic || !free) throw new Error('premise: every tier is shown this signal');
  const posted = [
    await bot.channel.send.premium({ release: { ...release, view: premium }, repeated: false }),
    await bot.channel.send.basic({ release: { ...release, view: basic }, repeated: true }),
    await bot.channel.send.free({ release: { ...release, view: free }, repeated: false }),
  ];
  expect(posted.map(({ kind }) => kind)).toEqual(['delivered', 'delivered', 'delivered']);
};

const talk = async (): Promise<void> => {
  telegram.acts.pressStart(robin, 'a-token');
  for (const text of ['/status', '/unlink', '/unlink yes', '/help', 'hello']) telegram.acts.write(robin, text);
  await bot.until('answers', () => telegram.received(robin).length === 6);
};

const cameAndWent = async (): Promise<void> => {
  bot.door.allowed.add(`premium ${robin}`);
  const seat = { room: 'premium', chatUserId: String(robin) } as const;
  expect(await bot.vendor.admit(seat)).toEqual({ kind: 'invited' });
  const link = bot.invitations.get('premium') ?? '';
  telegram.acts.join(robin, link);
  telegram.acts.join(kim, link);
  await bot.until('both answered', () => telegram.pending('premium').length === 0);
  expect(telegram.members('premium')).toEqual([robin]);
  expect(await bot.vendor.look(seat)).toEqual({ kind: 'inside' });
  expect(await bot.vendor.remove(seat)).toEqual({ kind: 'outside' });
};

describe('what our adapter asks of Telegram', () => {
  specTest('is as specified: methods, fields, which are required, and their types', async () => {
    expect(await checkTelegram(bot.client, telegram.chats)).toEqual([]);
    bot.poll();
    await post();
    await talk();
    await cameAndWent();
    telegram.acts.addByAdmin(alex, 'basic');
    await bot.until('seen', () => bot.door.calls.includes(`seen basic ${alex} inside`));
    const asked = telegram.requests();
    const problems = asked.flatMap(({ method, params }) => requestProblems(method, params));
    expect(problems).toEqual([]);
    const methods = [...new Set(asked.map(({ method }) => method))];
    expect(methods.length).toBeGreaterThan(10);
    expect(methods.toSorted()).toEqual(methodsInSource().toSorted());
    process.stdout.write(`Telegram: ${methods.length} methods asked for, each as specified\n`);
  });

  specTest('would be told if it were not', () => {
    const asked = telegram.requests().find(({ method }) => method === 'sendMessage')?.params ?? {};
    expect(requestProblems('sendMessage', asked)).toEqual([]);
    const { text: _, ...textless } = asked;
    expect(requestProblems('sendMessage', textless)).toEqual(['sendMessage.text is missing']);
    expect(requestProblems('sendMessage', { ...asked, disable_web_page_preview: true })).toEqual([
      'sendMessage.disable_web_page_preview is not in the specification',
    ]);
    expect(requestProblems('banChatMember', { chat_id: '-1', user_id: '7' })).toEqual([
      'banChatMember.user_id is no Integer',
    ]);
    expect(requestProblems('getUpdates', { allowed_updates: 'message' })).not.toEqual([]);
  });
});
