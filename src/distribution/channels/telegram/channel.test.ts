import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { TIERS, type Tier } from '../../../billing/plans.ts';
import { exampleSignal } from '../../../engine/testing/example-signal.ts';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server.ts';
import { redact } from '../../redact.ts';
import type { ReleaseOf } from '../../release.ts';
import type { DeliveryAttempt } from '../channel.ts';
import { createTelegramChannel } from './channel.ts';
import { createTelegramClient } from './client.ts';
import { telegramMessage } from './message.ts';

let telegram: TelegramSandbox;
beforeEach(async () => {
  telegram = await startTelegramSandbox();
});
afterEach(() => telegram.stop());

const channelOf = (timeoutMs = 1_000, apiRoot = telegram.url) =>
  createTelegramChannel({
    client: createTelegramClient({ apiRoot, botToken: telegram.botToken, timeoutMs }),
    chats: telegram.chats,
  });

const attemptOf = <T extends Tier>(tier: T, repeated = false, underlying = 'SPY'): DeliveryAttempt<T> => {
  const signal = exampleSignal();
  const view = redact({ ...signal, contract: { ...signal.contract, underlying } }, tier);
  if (!view) throw new Error(`premise: ${tier} is shown this signal`);
  const ids = { releaseId: crypto.randomUUID(), signalRef: crypto.randomUUID() };
  const release: ReleaseOf<T> = { ...ids, releasedAtMs: Date.UTC(2026, 10, 25, 15, 4, 5), view };
  return { release, repeated };
};
const send = (tier: Tier, repeated = false) => {
  const channel = channelOf();
  if (tier === 'premium') return channel.send.premium(attemptOf('premium', repeated));
  return tier === 'basic'
    ? channel.send.basic(attemptOf('basic', repeated))
    : channel.send.free(attemptOf('free', repeated));
};

describe('a release', () => {
  test('of each tier stands in its own chat, in that tier’s words, and nowhere else', async () => {
    for (const tier of TIERS) expect(await send(tier)).toMatchObject({ kind: 'delivered' });
    const said = TIERS.map((tier) => telegram.received(tier).map(({ text }) => text));
    expect(said.map((texts) => texts.length)).toEqual([1, 1, 1]);
    const [premium = '', basic = '', free = ''] = said.flat();
    expect(premium).toMatch(
      /^BUY SPY .+ @ [\d.]+, Stop @ [\d.]+, Target [\d.]+\nExpires \d{4}-\d\d-\d\d, \d+ contract/,
    );
    expect(basic).toMatch(/^BUY SPY (Calls|Puts) around [\d.]+ strike, trailing stop active\n/);
    expect(free).toMatch(/^(Bullish|Bearish) SPY setup triggered/);
    for (const text of said.flat()) expect(text).toContain('released 10:04:05 ET. Information, not advice.');
    for (const text of [basic, free]) expect(text).not.toMatch(/@|Stop @|Expires/);
  });

  test('is asked for in its own chat alone, as HTML, and without a preview of any link', async () => {
    for (const tier of TIERS) await send(tier);
    expect(telegram.requests().map(({ params }) => params['chat_id'])).toEqual(
      TIERS.map((tier) => telegram.chats[tier]),
    );
    for (const { params } of telegram.requests())
      expect(params).toMatchObject({ parse_mode: 'HTML', link_preview_options: { is_disabled: true } });
  });

  test('that may have arrived before says so, and no other does', async () => {
    await send('free', true);
    await send('free');
    expect(telegram.received('free').map(({ text }) => text.includes('Sent again'))).toEqual([true, false]);
  });

  test('of words with markup in them is text alone', async () => {
    const text = telegramMessage(attemptOf('basic', false, '<b>&"A</b>'));
    expect(text).toContain('&lt;b&gt;&amp;&quot;A&lt;/b&gt;');
    await channelOf().send.basic(attemptOf('basic', false, '<b>&"A</b>'));
    expect(telegram.received('basic')[0]?.text).toContain('<b>&"A</b>');
  });

  test('of another tier never leaves', async () => {
    const wrong = attemptOf('premium') as unknown as DeliveryAttempt<'free'>;
    await expect(channelOf().send.free(wrong)).rejects.toThrow('a release of premium was about to be posted to free');
    expect(telegram.received()).toEqual([]);
  });
});

test.each([
  ['free', 'premium'],
  ['free', 'basic'],
  ['basic', 'premium'],
] as const)('%s in the chat of %s is refused before anything is sent', (one, other) => {
  const chats = { ...telegram.chats, [one]: telegram.chats[other] };
  const client = createTelegramClient({ apiRoot: telegram.url, botToken: telegram.botToken });
  expect(() => createTelegramChannel({ client, chats })).toThrow('three different');
});

describe('a vendor in trouble', () => {
  test.each([
    ['rate-limit', { kind: 'not-now', retryAfterMs: 2_000 }, 0],
    ['server-error', { kind: 'unknown' }, 0],
    ['drop', { kind: 'unknown' }, 0],
    ['accept-then-hang', { kind: 'unknown' }, 1],
    ['refuse', { kind: 'refused' }, 0],
  ] as const)('%s is told for what it is', async (kind, outcome, posted) => {
    telegram.inject({ kind, times: 1, retryAfterSeconds: 2 });
    const delivery = await channelOf(300).send.free(attemptOf('free'));
    expect(delivery).toMatchObject(outcome);
    expect(telegram.received('free')).toHaveLength(posted);
    expect(JSON.stringify(delivery)).not.toContain(telegram.botToken);
  });

  test('that is not there was certainly not reached', async () => {
    const delivery = await channelOf(300, 'http://127.0.0.1:1').send.free(attemptOf('free'));
    expect(delivery).toMatchObject({ kind: 'not-now', retryAfterMs: null });
  });
});
