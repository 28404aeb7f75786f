import { defineConfig } from 'playwright/test';

/** Browser tests run on Bun, so that they may use the product's own modules. The runner finds the browser. */
export default defineConfig({
  testDir: 'tests/browser',
  testMatch: '**/*.e2e.ts',
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  use: {
    launchOptions: { executablePath: process.env['CHROMIUM_PATH'] ?? '' },
    screenshot: 'only-on-failure',
  },
});
