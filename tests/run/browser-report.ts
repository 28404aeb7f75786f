import { z } from 'zod';
import type { TestResult } from './result.ts';

const spec = z.object({
  title: z.string(),
  file: z.string(),
  tests: z.array(
    z.object({
      status: z.enum(['expected', 'unexpected', 'flaky', 'skipped']),
      annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })).default([]),
    }),
  ),
});

interface Suite {
  readonly title: string;
  readonly specs: readonly z.infer<typeof spec>[];
  readonly suites?: readonly Suite[] | undefined;
}
const suite: z.ZodType<Suite> = z.object({
  title: z.string(),
  specs: z.array(spec),
  get suites() {
    return z.array(suite).optional();
  },
});
const report = z.object({ suites: z.array(suite), errors: z.array(z.object({ message: z.string().optional() })) });

const OUTCOMES = { expected: 'passed', unexpected: 'failed', flaky: 'failed', skipped: 'skipped' } as const;

/** Reads Playwright's JSON report. A test that passed only when repeated has failed. */
export const readBrowserReport = (text: string): readonly TestResult[] => {
  const results: TestResult[] = [];
  const parsed = report.parse(JSON.parse(text));
  const walk = (at: Suite, path: readonly string[]): void => {
    for (const { title, file, tests } of at.specs)
      for (const { status, annotations } of tests) {
        const reason = annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description;
        const name = `tests/browser/${file}: ${[...path, title].join(' > ')}`;
        results.push({ name, outcome: OUTCOMES[status], ...(reason ? { reason } : {}) });
      }
    for (const inner of at.suites ?? []) walk(inner, [...path, inner.title]);
  };
  for (const file of parsed.suites) walk(file, []);
  for (const { message } of parsed.errors)
    results.push({ name: `tests/browser: ${message ?? 'error'}`, outcome: 'failed' });
  return results;
};
