/** On a terminal alone, and never between a program and its answer. */
export const progress = (what: string): { at(done: string): void; end(): void } => ({
  at: (done) => void (process.stderr.isTTY && process.stderr.write(`\r${what}: ${done} `)),
  end: () => void (process.stderr.isTTY && process.stderr.write('\r\x1b[K')),
});
