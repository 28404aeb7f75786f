import type { SandboxAddresses, SandboxOptions, SandboxReady, SandboxRequest } from '../sandbox/protocol.ts';

export type SandboxHandle =
  | { readonly ok: true; readonly addresses: SandboxAddresses; stop(): Promise<void> }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Starts these vendors' stand-ins on a thread of their own and waits until they listen. */
const startSandboxThread = (options: SandboxOptions, onDeath: (reason: string) => void): Promise<SandboxHandle> =>
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

/** Each vendor stands on one thread alone: what is null on one is taken from the other. */
const merged = (parts: readonly SandboxAddresses[]): SandboxAddresses => {
  const first = <Name extends keyof SandboxAddresses>(name: Name): SandboxAddresses[Name] | null =>
    parts.map((part) => part[name]).find((address) => address !== null) ?? null;
  return {
    market: first('market'),
    tws: first('tws'),
    controlUrl: first('controlUrl'),
    alphaVantageUrl: first('alphaVantageUrl'),
    resendUrl: first('resendUrl'),
    stripe: first('stripe'),
    discord: first('discord'),
    telegram: first('telegram'),
  };
};

const MARKET_VENDORS: readonly string[] = ['ibkr', 'alphavantage'];

/**
 * Starts the stand-ins for all vendors asked for. The simulated market has a thread to itself: while it works a session's
 * past out, a customer at the simulated checkout must not wait.
 */
export const startSandbox = async (
  options: SandboxOptions,
  onDeath: (reason: string) => void,
): Promise<SandboxHandle> => {
  const ofMarket = options.vendors.filter((vendor) => MARKET_VENDORS.includes(vendor));
  const others = options.vendors.filter((vendor) => !MARKET_VENDORS.includes(vendor));
  const groups = [ofMarket, others].filter((vendors) => vendors.length > 0);
  const started = await Promise.all(groups.map((vendors) => startSandboxThread({ ...options, vendors }, onDeath)));
  const problems = started.flatMap((handle) => (handle.ok ? [] : handle.problems));
  const running = started.filter((handle) => handle.ok);
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((handle) => handle.stop()));
  };
  if (problems.length > 0) {
    await stop();
    return { ok: false, problems };
  }
  return { ok: true, addresses: merged(running.map(({ addresses }) => addresses)), stop };
};
