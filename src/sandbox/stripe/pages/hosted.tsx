import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { PaymentStep, StripeWorld } from '../seam.ts';
import { type CardText, EMPTY_CARD } from './card-entry.ts';
import { createFormTokens, type FormTokens } from './form-token.ts';
import { Message } from './layout.tsx';
import { PATHS } from './paths.ts';

/** Who the pages say is paid. */
export const MERCHANT = 'QuantiCity';
const FORM_BYTES_MAX = 64 * 1_024;

/** What every hosted page works with. */
export interface Hosted {
  readonly world: StripeWorld;
  readonly tokens: FormTokens;
}

export const hostedBy = (world: StripeWorld): Hosted => ({ world, tokens: createFormTokens() });

type Status = 200 | 400 | 402 | 403 | 404 | 410;
export const page = (c: Context, body: Child, status: Status = 200): Response =>
  c.html(`<!doctype html>${body}`, status) as Response;

export const notFoundPage = (c: Context): Response =>
  page(
    c,
    <Message title="Nothing here" text="Something is wrong with this address, or what it showed is gone." />,
    404,
  );

/**
 * The fields of a form that one of our pages about the same object sent; null for any other, as a foreign site would send
 * it. Fields that occur twice count once.
 */
export const formOf = async (
  c: Context,
  { tokens }: Hosted,
  subject: string,
): Promise<ReadonlyMap<string, string> | null> => {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return null;
  if (Number(c.req.header('content-length') ?? 0) > FORM_BYTES_MAX) return null;
  const form = new Map(new URLSearchParams(await c.req.text()));
  return tokens.fits(subject, form.get('token') ?? '') ? form : null;
};

export const forbiddenPage = (c: Context): Response =>
  page(c, <Message title="That did not come from this page" text="Go back, load the page anew and try again." />, 403);

const EXAMPLE_YEARS_AHEAD = 4;

/** The card form as it starts: empty, or filled in with the test card that the address names. */
export const startingCard = (c: Context, { world }: Hosted): CardText => {
  const number = c.req.query('card');
  if (number === undefined || !/^\d{13,19}$/.test(number)) return EMPTY_CARD;
  const year = new Date(world.nowSeconds() * 1_000).getUTCFullYear() + EXAMPLE_YEARS_AHEAD;
  const rest = { name: 'Test Cardholder', country: 'US', postalCode: '94107' };
  const address = { line1: '354 Oyster Point Blvd', city: 'South San Francisco', state: 'CA' };
  return { number, expiry: `12 / ${year % 100}`, cvc: /^3[47]/.test(number) ? '1234' : '123', ...rest, ...address };
};

/** As hosted pages put it; the API has other words for programs. */
const NOT_AUTHENTICATED =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.';

/** Why the intent that the address names as `failed` did not go through; null when it names none. */
export const failureOf = (c: Context, { world }: Hosted): string | null => {
  const id = c.req.query('failed');
  if (id === undefined) return null;
  const error = world.get('payment_intent', id)?.last_payment_error ?? world.get('setup_intent', id)?.last_setup_error;
  if (!error) return null;
  return error.code?.endsWith('_authentication_failure') ? NOT_AUTHENTICATED : error.message;
};

/** On to the merchant, or to the page of the cardholder's bank. */
export const goOn = (c: Context, step: Extract<PaymentStep, { ok: true }>): Response =>
  c.redirect(step.kind === 'challenge' ? PATHS.challenge(step.intentId) : step.url, 303);

/** The full address of a page of ours, as the browser knows it. */
export const addressOf = (c: Context, path: string): string => new URL(path, c.req.url).href;
