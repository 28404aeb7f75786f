/** The outside world's own thread: vendors' servers on loopback, so that they cannot slow the site or the engine. */
import type { SandboxOptions, SandboxReady, SandboxRequest } from './protocol.ts';
import { startSandbox } from './start.ts';

declare const self: Worker;

let stop: (() => Promise<void>) | null = null;

const start = async (options: SandboxOptions): Promise<void> => {
  const started = await startSandbox(options);
  if (started.ok) stop = started.stop;
  const answer: SandboxReady = started.ok
    ? { kind: 'ready', addresses: started.addresses }
    : { kind: 'refused', problems: started.problems };
  self.postMessage(answer);
};

self.onmessage = (event: MessageEvent<SandboxRequest>) => {
  const request = event.data;
  if (request.kind === 'start') void start(request.options);
  else void (stop?.() ?? Promise.resolve()).finally(() => self.postMessage({ kind: 'stopped' }));
};
