import { afterEach, beforeEach, expect, test } from 'bun:test';
import { startTelegramSandbox, type TelegramSandbox } from '../server.ts';

interface Delivery {
  readonly secret: string | null;
  readonly text: string;
}
let telegram: TelegramSandbox;
let bot: ReturnType<typeof Bun.serve>;
let deliveries: Delivery[];
let failuresLeft: number;
beforeEach(async () => {
  telegram = await startTelegramSandbox();
  deliveries = [];
  failuresLeft = 0;
  bot = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      if (failuresLeft > 0) {
        failuresLeft -= 1;
        return new Response('no', { status: 503 });
      }
      const { message } = (await request.json()) as { message: { text: string } };
      deliveries.push({ secret: request.headers.get('x-telegram-bot-api-secret-token'), text: message.text });
      return new Response('ok');
    },
  });
});
afterEach(async () => {
  await bot.stop(true);
  await telegram.stop();
});

const call = async (method: string, params: Record<string, unknown> = {}) => {
  const body = new URLSearchParams(
    Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
  );
  const answer = await fetch(`${telegram.url}/bot${telegram.botToken}/${method}`, { method: 'POST', body });
  return (await answer.json()) as { ok: boolean; result?: Record<string, unknown>; description?: string };
};
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const endMs = Date.now() + 3_000;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error('it did not come to that in 3 s');
    await Bun.sleep(10);
  }
};

test('a webhook gets updates in order with its secret, again until it takes them', async () => {
  const [robin = 0] = telegram.people.map(({ id }) => id);
  telegram.acts.pressStart(robin);
  failuresLeft = 2;
  expect((await call('setWebhook', { url: String(bot.url), secret_token: 'a-Secret_1' })).ok).toBe(true);
  telegram.acts.write(robin, 'second');
  telegram.acts.write(robin, 'third');
  await until(() => failuresLeft === 0);
  expect((await call('getWebhookInfo')).result).toMatchObject({
    url: String(bot.url),
    last_error_message: 'Wrong response from the webhook: 503 Service Unavailable',
  });
  await until(() => deliveries.length === 3);
  expect(deliveries).toEqual(['/start', 'second', 'third'].map((text) => ({ secret: 'a-Secret_1', text })));
  await until(async () => (await call('getWebhookInfo')).result?.['pending_update_count'] === 0);
});

test('while a webhook is set nobody polls; without it updates wait for a poll again', async () => {
  const [robin = 0] = telegram.people.map(({ id }) => id);
  const poll = call('getUpdates', { timeout: 5 });
  await Bun.sleep(30);
  await call('setWebhook', { url: String(bot.url) });
  expect((await poll).description).toBe('Conflict: terminated by setWebhook request');
  expect((await call('getUpdates')).description).toStartWith("Conflict: can't use getUpdates method while webhook");
  await call('deleteWebhook');
  telegram.acts.pressStart(robin);
  await Bun.sleep(50);
  expect(deliveries).toEqual([]);
  expect((await call('getUpdates')).result).toHaveLength(1);
  await call('setWebhook', { url: String(bot.url), drop_pending_updates: true });
  expect((await call('getWebhookInfo')).result).toMatchObject({ pending_update_count: 0 });
  expect(deliveries).toEqual([]);
});

test.each([
  [{ url: 'http://quanticity.example/hook' }],
  [{ url: 'nowhere' }],
  [{ url: 'https://quanticity.example', secret_token: 'not allowed' }],
  [{ url: 'https://quanticity.example', max_connections: 101 }],
])('a webhook is refused: %j', async (params) => {
  expect((await call('setWebhook', params)).ok).toBe(false);
  expect((await call('getWebhookInfo')).result).toMatchObject({ url: '' });
});
