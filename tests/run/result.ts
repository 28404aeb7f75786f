/** What became of one test or one static check. */
export interface TestResult {
  /** File and title, as a person would look for it. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped, where the test's title does not say so itself. */
  readonly reason?: string;
}

export const tally = (results: readonly TestResult[]): string => {
  const count = (outcome: TestResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
};
