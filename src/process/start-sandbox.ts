import type { SandboxAddresses, SandboxOptions, SandboxReady, SandboxRequest } from '../sandbox/protocol.ts';

export type SandboxHandle =
  | { readonly ok: true; readonly addresses: SandboxAddresses; stop(): Promise<void> }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Starts the vendors' stand-ins on their own thread and waits until they listen. */
export const startSandboxThread = (
  options: SandboxOptions,
  onDeath: (reason: string) => void,
): Promise<SandboxHandle> =>
  new Promise((resolve) => {
    const thread = new Worker(new URL('../sandbox/thread.ts', import.meta.url).href);
    let stopping = false;
    let ended: () => void = () => {};
    const stop = async (): Promise<void> => {
      stopping = true;
      const gone = new Promise<void>((done) => {
        ended = done;
      });
      thread.postMessage({ kind: 'stop' } satisfies SandboxRequest);
      await Promise.race([gone, Bun.sleep(1_000)]);
      thread.terminate();
    };
    thread.onmessage = (event: MessageEvent<SandboxReady>) => {
      const answer = event.data;
      if (answer.kind === 'ready') resolve({ ok: true, addresses: answer.addresses, stop });
      else if (answer.kind === 'refused') {
        stopping = true;
        resolve({ ok: false, problems: answer.problems });
        thread.terminate();
      } else ended();
    };
    thread.onerror = (event) => {
      resolve({ ok: false, problems: [`sandbox: ${event.message}`] });
      if (!stopping) onDeath(event.message);
    };
    thread.addEventListener('close', () => {
      ended();
      if (!stopping) onDeath('the sandbox thread ended');
    });
    thread.postMessage({ kind: 'start', options } satisfies SandboxRequest);
  });
