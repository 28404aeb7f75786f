import { expect, type Page } from 'playwright/test';
import postgres from 'postgres';
import type { TestServer } from '../../support/server.ts';

/** In seconds. */
export const DAY = 86_400;

/** Moves the clock that access and releases are judged by. */
export const pass = async (server: TestServer, seconds: number): Promise<void> => {
  const sql = postgres(server.runtime().databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  await sql.unsafe(
    `create or replace function policy_now() returns timestamptz language sql stable as $$ select clock_timestamp() + interval '${seconds} seconds' $$`,
  );
  await sql.end();
};

export const passAtStripe = async (server: TestServer, seconds: number): Promise<void> => {
  const answer = await fetch(`${server.runtime().sandbox?.stripeControlUrl}/stripe/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advanceSeconds: seconds }),
  });
  expect(answer.status).toBe(200);
};

/** From the plans to the vendor's page. */
export const goToPayment = async (page: Page, origin: string, plan: 'Basic' | 'Premium'): Promise<void> => {
  await page.goto(`${origin}/plans`);
  await page.getByRole('link', { name: `Subscribe to ${plan}` }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Subscribe to ${plan}`);
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Go to payment' }).click();
  await expect(page.getByText('Total due today')).toBeVisible();
  expect(new URL(page.url()).origin).not.toBe(origin);
};

export const payWith = async (page: Page, number: string): Promise<void> => {
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel(/Expiry/).fill('12 / 40');
  await page.getByLabel('Security code').fill('123');
  await page.getByLabel('Name on card').fill('Browser Member');
  await page.getByLabel('ZIP or postal code').fill('10004');
  await page.getByRole('button', { name: 'Subscribe', exact: true }).click();
};
