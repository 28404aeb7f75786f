import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { SPEC_FILE, TABLE_FILE, tableFrom, tableText } from '../../scripts/stripe-spec.ts';
import { OPERATIONS as SERVED } from '../../src/sandbox/stripe/http/router.ts';
import { OPERATIONS, operationOf, SPEC_VERSION } from '../../src/sandbox/stripe/spec/operation.ts';
import type { FormValue } from '../../src/sandbox/stripe/spec/types.ts';
import { validateRequest } from '../../src/sandbox/stripe/spec/validate-request.ts';

type Form = Record<string, FormValue>;
const checkout = (more: Form = {}): Form => ({
  mode: 'subscription',
  success_url: 'https://quanticity.example/ok',
  line_items: [{ price: 'price_1', quantity: '1' }],
  ...more,
});

describe('the table of requests', () => {
  const there = existsSync(SPEC_FILE);
  const name = 'is what the published specification says';
  test.skipIf(!there)(there ? name : `${name} (skipped: the specification is not beside the project)`, () => {
    expect(readFileSync(TABLE_FILE, 'utf8')).toBe(tableText(tableFrom(SPEC_FILE)));
  });

  test('is of the version that the SDK is pinned to, and small', () => {
    expect(SPEC_VERSION).toBe('2023-08-16');
    expect(OPERATIONS.length).toBeGreaterThan(100);
    expect(readFileSync(TABLE_FILE).byteLength).toBeLessThan(100_000);
    process.stdout.write(`Stripe's specification ${SPEC_VERSION}: parameters of ${OPERATIONS.length} operations\n`);
  });

  test('has every operation that the sandbox serves, and no other', () => {
    expect([...OPERATIONS].sort()).toEqual([...SERVED].sort());
  });

  test('takes a fixed path before one with a name in it', () => {
    expect(operationOf('GET', '/v1/invoices/upcoming')?.operation).toBe('GET /v1/invoices/upcoming');
    expect(operationOf('GET', '/v1/invoices/in_1')?.operation).toBe('GET /v1/invoices/{invoice}');
    expect(operationOf('GET', '/v1/invoices/')).toBeNull();
  });
});

describe('a request that the specification allows is let through', () => {
  test.each<[string, string, Form]>([
    ['POST', '/v1/customers', { email: 'ann@example.com', metadata: { user: '17' }, expand: ['tax'] }],
    ['POST', '/v1/checkout/sessions', checkout()],
    ['POST', '/v1/checkout/sessions', checkout({ line_items: { '0': { price: 'price_1' } } })],
    [
      'POST',
      '/v1/checkout/sessions',
      checkout({ subscription_data: { trial_period_days: '7', metadata: { a: '' } }, allow_promotion_codes: 'true' }),
    ],
    ['GET', '/v1/subscriptions', { customer: 'cus_1', status: 'all', created: { gte: '1700000000' } }],
    ['POST', '/v1/subscriptions/sub_1', { cancel_at_period_end: 'true', proration_behavior: 'none' }],
    ['POST', '/v1/subscriptions/sub_1', { cancel_at: '', metadata: '' }],
    ['POST', '/v1/subscriptions/sub_1', { trial_end: 'now' }],
    ['POST', '/v1/customers/cus_1', { name: '', invoice_settings: { default_payment_method: '' } }],
    ['DELETE', '/v1/subscriptions/sub_1', { invoice_now: 'true', prorate: 'true' }],
    ['POST', '/v1/webhook_endpoints', { url: 'https://quanticity.example/w', enabled_events: ['*'] }],
  ])('%s %s %j', (method, path, params) => {
    expect(validateRequest(method, path, params)).toBeNull();
  });
});

describe('a request that the specification refuses is refused in Stripe’s words', () => {
  test.each<[string, string, Form, Record<string, unknown>]>([
    [
      'POST',
      '/v1/customers',
      { e_mail: 'ann@example.com' },
      { code: 'parameter_unknown', param: 'e_mail', message: 'Received unknown parameter: e_mail' },
    ],
    [
      'POST',
      '/v1/checkout/sessions',
      checkout({ line_items: [{ price: 'price_1', amount: '5', name: 'x' }] }),
      {
        code: 'parameter_unknown',
        param: 'line_items[0][amount]',
        message: 'Received unknown parameters: line_items[0][amount], line_items[0][name]',
      },
    ],
    [
      'POST',
      '/v1/prices',
      { product: 'prod_1', unit_amount: '100' },
      { code: 'parameter_missing', param: 'currency', message: 'Missing required param: currency.' },
    ],
    [
      'POST',
      '/v1/prices',
      { currency: 'usd', unit_amount: '12.5' },
      { code: 'parameter_invalid_integer', param: 'unit_amount', message: 'Invalid integer: 12.5' },
    ],
    [
      'POST',
      '/v1/prices',
      { currency: 'usd', recurring: { interval: 'fortnight' } },
      {
        param: 'recurring[interval]',
        message: 'Invalid recurring[interval]: must be one of day, month, week, or year',
      },
    ],
    [
      'POST',
      '/v1/prices',
      { currency: 'usd', recurring: { interval_count: '1' } },
      { code: 'parameter_missing', param: 'recurring[interval]' },
    ],
    [
      'POST',
      '/v1/subscriptions/sub_1',
      { cancel_at_period_end: 'yes' },
      { param: 'cancel_at_period_end', message: 'Invalid boolean: yes' },
    ],
    [
      'POST',
      '/v1/promotion_codes',
      { coupon: 'SPRING', expires_at: 'tomorrow' },
      { param: 'expires_at', message: 'Invalid timestamp: must be an integer Unix timestamp' },
    ],
    ['POST', '/v1/subscriptions/sub_1', { cancel_at: 'soon' }, { param: 'cancel_at' }],
    [
      'POST',
      '/v1/subscriptions',
      { customer: 'cus_1', items: 'price_1' },
      { param: 'items', message: 'Invalid array' },
    ],
    ['POST', '/v1/customers', { address: 'here' }, { param: 'address', message: 'Invalid object' }],
    ['POST', '/v1/customers', { email: 'a'.repeat(513) }, { param: 'email' }],
    ['POST', '/v1/customers', { email: { a: 'b' } }, { param: 'email', message: 'Invalid string' }],
    ['POST', '/v1/products', { name: '' }, { code: 'parameter_invalid_empty', param: 'name' }],
    ['POST', '/v1/customers', { metadata: { k: 'v'.repeat(501) } }, { param: 'metadata[k]' }],
    ['POST', '/v1/customers', { metadata: { ['k'.repeat(41)]: 'v' } }, {}],
    [
      'POST',
      '/v1/customers',
      { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v'])) },
      { param: 'metadata' },
    ],
    ['POST', '/v1/coupons', { percent_off: 'half' }, { param: 'percent_off', message: 'Invalid decimal: half' }],
    ['GET', '/v1/invoices/search', {}, { code: 'parameter_missing', param: 'query' }],
  ])('%s %s %j', (method, path, params, expected) => {
    expect(validateRequest(method, path, params)).toMatchObject({
      type: 'invalid_request_error',
      ...expected,
    });
  });

  test('an operation that is not served is not recognised', () => {
    expect(validateRequest('PUT', '/v1/customers', {})).toMatchObject({ type: 'invalid_request_error' });
    expect(validateRequest('POST', '/v1/payouts', {})?.message).toStartWith(
      'Unrecognized request URL (POST: /v1/payouts).',
    );
  });
});
