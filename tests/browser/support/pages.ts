import { expect, type Locator, type Page } from 'playwright/test';

export type DemoName = 'Free member' | 'Basic member' | 'Premium member' | 'Operator';

/** As a visitor of the sandbox does it: one click on the sign-in page. */
export const signInAs = async (page: Page, url: string, who: DemoName): Promise<void> => {
  await page.goto(`${url}/sign-in`);
  await page.getByRole('button', { name: who }).click();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
};

export const feedOf = (page: Page): { status: Locator; signals: Locator } => ({
  status: page.locator('#live-status'),
  signals: page.locator('#feed > article'),
});

export const openFeed = async (page: Page, url: string): Promise<void> => {
  await page.goto(`${url}/feed`);
  await expect(page.locator('#live-status')).toHaveAttribute('data-state', 'live');
};

/** Everything the browser complained of: policy violations, errors of scripts, failed loads. */
export const complaintsOf = (page: Page): string[] => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
};

/** Whether anything makes the page wider than the screen. */
export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
