/** Ways in which the vendor can be told to misbehave. */
export const ALPHA_VANTAGE_FAULTS = [
  'note',
  'information',
  'error-message',
  'premium-placeholder',
  'truncated',
  'not-json',
  'delay',
  'http-500',
  'all-gamma-zero',
  'missing-oi',
  'crossed-quotes',
  'latency',
  'hang',
  'reset',
  'outage',
  'http-429',
  'http-503',
  'renamed-field',
  'missing-field',
  'extra-field',
  'numbers',
  'stale',
  'empty-data',
  'greeks-dropout',
  'wrong-symbol',
] as const;
export type AlphaVantageFault = (typeof ALPHA_VANTAGE_FAULTS)[number];

export interface FaultSetting {
  readonly name: AlphaVantageFault;
  /** Answers still to be spoilt; null: until cleared. */
  readonly remaining: number | null;
  /** Wall milliseconds: how long for `delay` and `outage`, at most for `latency`. */
  readonly delayMs: number;
  /** The function whose answers are spoilt; null: all of them. */
  readonly only: string | null;
}

type FaultOptions = { readonly remaining?: number; readonly delayMs?: number; readonly only?: string };

export interface Faults {
  set(name: AlphaVantageFault, options?: FaultOptions): void;
  clear(name?: AlphaVantageFault): void;
  list(): readonly FaultSetting[];
  /** Uses the fault up by one answer to this function; null when it is not set for it. */
  take(name: AlphaVantageFault, functionName: string): FaultSetting | null;
  /** Hears of each fault that is set. */
  listen(listener: (setting: FaultSetting) => void): void;
}

export const createFaults = (): Faults => {
  const settings = new Map<AlphaVantageFault, FaultSetting>();
  const listeners: ((setting: FaultSetting) => void)[] = [];
  return {
    set(name, options = {}) {
      const { remaining = null, delayMs = 0, only = null } = options;
      settings.set(name, { name, remaining, delayMs, only });
      for (const listener of listeners) listener({ name, remaining, delayMs, only });
    },
    clear(name) {
      if (name === undefined) settings.clear();
      else settings.delete(name);
    },
    list: () => [...settings.values()],
    listen: (listener) => void listeners.push(listener),
    take(name, functionName) {
      const setting = settings.get(name);
      if (!setting || (setting.only !== null && setting.only !== functionName)) return null;
      if (setting.remaining !== null) {
        if (setting.remaining <= 1) settings.delete(name);
        else settings.set(name, { ...setting, remaining: setting.remaining - 1 });
      }
      return setting;
    },
  };
};

const isFault = (name: unknown): name is AlphaVantageFault => ALPHA_VANTAGE_FAULTS.some((known) => known === name);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const setFromRequest = async (faults: Faults, request: Request): Promise<string | null> => {
  // A page in somebody's browser cannot send this type without asking first.
  if (request.headers.get('content-type') !== 'application/json') return 'expected content-type application/json';
  const body: unknown = await request.json().catch(() => null);
  if (typeof body !== 'object' || body === null || !('name' in body) || !isFault(body.name))
    return `expected {"name": one of ${ALPHA_VANTAGE_FAULTS.join(', ')}}`;
  const remaining = 'remaining' in body ? body.remaining : undefined;
  const delayMs = 'delayMs' in body ? body.delayMs : undefined;
  const only = 'only' in body ? body.only : undefined;
  if (only !== undefined && typeof only !== 'string') return 'only: expected the name of a function';
  if (remaining !== undefined && !(isCount(remaining) && remaining > 0))
    return 'remaining: expected a whole number above 0';
  if (delayMs !== undefined && !isCount(delayMs)) return 'delayMs: expected a whole number of milliseconds';
  faults.set(body.name, {
    ...(remaining === undefined ? {} : { remaining }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(only === undefined ? {} : { only }),
  });
  return null;
};

/** `GET` lists, `POST {name, remaining?, delayMs?, only?}` sets, `DELETE ?name=` clears one or all. */
export const answerFaultRequest = async (faults: Faults, request: Request): Promise<Response> => {
  if (request.method === 'POST') {
    const problem = await setFromRequest(faults, request);
    if (problem !== null) return Response.json({ problem }, { status: 400 });
  } else if (request.method === 'DELETE') {
    const name = new URL(request.url).searchParams.get('name');
    if (name === null) faults.clear();
    else if (isFault(name)) faults.clear(name);
    else return Response.json({ problem: `unknown fault ${name}` }, { status: 400 });
  } else if (request.method !== 'GET')
    return Response.json({ problem: 'expected GET, POST or DELETE' }, { status: 405 });
  return Response.json({ faults: faults.list(), known: ALPHA_VANTAGE_FAULTS });
};
