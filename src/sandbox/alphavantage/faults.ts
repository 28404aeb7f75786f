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
] as const;
export type AlphaVantageFault = (typeof ALPHA_VANTAGE_FAULTS)[number];

export interface FaultSetting {
  readonly name: AlphaVantageFault;
  /** Answers still to be spoilt; null: until cleared. */
  readonly remaining: number | null;
  /** Wall milliseconds, for `delay`. */
  readonly delayMs: number;
}

export interface Faults {
  set(name: AlphaVantageFault, options?: { readonly remaining?: number; readonly delayMs?: number }): void;
  clear(name?: AlphaVantageFault): void;
  list(): readonly FaultSetting[];
  /** Uses the fault up by one answer; null when it is not set. */
  take(name: AlphaVantageFault): FaultSetting | null;
}

export const createFaults = (): Faults => {
  const settings = new Map<AlphaVantageFault, FaultSetting>();
  return {
    set(name, options = {}) {
      settings.set(name, { name, remaining: options.remaining ?? null, delayMs: options.delayMs ?? 0 });
    },
    clear(name) {
      if (name === undefined) settings.clear();
      else settings.delete(name);
    },
    list: () => [...settings.values()],
    take(name) {
      const setting = settings.get(name);
      if (!setting) return null;
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
  if (remaining !== undefined && !(isCount(remaining) && remaining > 0))
    return 'remaining: expected a whole number above 0';
  if (delayMs !== undefined && !isCount(delayMs)) return 'delayMs: expected a whole number of milliseconds';
  faults.set(body.name, {
    ...(remaining === undefined ? {} : { remaining }),
    ...(delayMs === undefined ? {} : { delayMs }),
  });
  return null;
};

/** `GET` lists, `POST {name, remaining?, delayMs?}` sets, `DELETE ?name=` clears one or all. */
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
