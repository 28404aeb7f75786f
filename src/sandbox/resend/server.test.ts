import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type ResendSandbox, startResendSandbox } from './server.ts';

let resend: ResendSandbox;
beforeAll(async () => {
  resend = await startResendSandbox();
});
afterAll(() => resend.stop());

const GOOD = { from: 'Desk <desk@example.com>', to: 'you@example.com', subject: 'Hello', text: 'Hello.' };
const post = async (body: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${resend.url}/emails`, {
    method: 'POST',
    headers: { authorization: 'Bearer re_key', 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

describe('the sandboxed Resend', () => {
  test('takes a mail and names it', async () => {
    const { status, body } = await post(GOOD);
    expect(status).toBe(200);
    expect(resend.received().at(-1)).toMatchObject({ id: body['id'], to: ['you@example.com'] });
  });

  test.each([
    ['no key', GOOD, { authorization: '' }, 401, 'missing_api_key'],
    ['no sender', { ...GOOD, from: undefined }, {}, 422, 'missing_required_field'],
    ['a sender that is no address', { ...GOOD, from: 'desk' }, {}, 422, 'validation_error'],
    ['nobody to send to', { ...GOOD, to: [] }, {}, 422, 'validation_error'],
    ['nothing to say', { ...GOOD, text: undefined }, {}, 422, 'validation_error'],
    ['no JSON', '{', {}, 422, 'validation_error'],
    ['a key that is too long', GOOD, { 'idempotency-key': 'k'.repeat(257) }, 400, 'invalid_idempotency_key'],
  ])('refuses %s', async (_, mail, headers, status, name) => {
    const before = resend.received().length;
    expect(await post(mail, headers as Record<string, string>)).toMatchObject({
      status,
      body: { name, statusCode: status },
    });
    expect(resend.received()).toHaveLength(before);
  });

  test('sends once under one key, and refuses another mail under it', async () => {
    const before = resend.received().length;
    const first = await post(GOOD, { 'idempotency-key': 'once' });
    expect(await post(GOOD, { 'idempotency-key': 'once' })).toEqual(first);
    expect(await post({ ...GOOD, subject: 'Other' }, { 'idempotency-key': 'once' })).toMatchObject({
      status: 409,
      body: { name: 'invalid_idempotent_request' },
    });
    expect(resend.received()).toHaveLength(before + 1);
  });
});
