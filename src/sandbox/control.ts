import { z } from 'zod';
import { answerFaultRequest, type Faults } from './alphavantage/faults.ts';
import { answerDiscordFaults, answerTelegramFaults, type ChatFaults } from './chat-faults.ts';
import type { SandboxMarket } from './market/types.ts';
import { answerStripeControl, type StripeControl } from './stripe/control.ts';
import { faultSchema } from './tws/fault-schema.ts';
import { FAULT_TABLE, type Fault } from './tws/fault-types.ts';

export interface Control {
  readonly url: string;
  stop(): void;
}

const scenarioSchema = z.strictObject({ scenario: z.string() });

/** `POST /market/scenario` with `{"scenario": "crash"}`: from the market's next minute on. `GET` tells the names. */
const answerScenario = async (market: SandboxMarket, request: Request): Promise<Response> => {
  const { scenarios } = market;
  if (!scenarios) return new Response(`${market.description} has no scenarios`, { status: 409 });
  if (request.method === 'GET') return Response.json(scenarios.names);
  const parsed = scenarioSchema.safeParse(await request.json().catch(() => null));
  if (!parsed.success) return new Response(z.prettifyError(parsed.error), { status: 400 });
  const problem = scenarios.switchTo(parsed.data.scenario);
  return problem === null ? new Response(null, { status: 204 }) : new Response(problem, { status: 409 });
};

const answerFault = async (inject: (fault: Fault) => void, request: Request): Promise<Response> => {
  if (request.method === 'GET') return Response.json(FAULT_TABLE);
  const parsed = faultSchema.safeParse(await request.json().catch(() => null));
  if (!parsed.success) return new Response(z.prettifyError(parsed.error), { status: 400 });
  try {
    inject(parsed.data);
  } catch (error) {
    return new Response((error as Error).message, { status: 409 });
  }
  return new Response(null, { status: 204 });
};

/** What can be made to misbehave; null for a vendor that is real. */
export interface Controlled {
  readonly tws: { readonly inject: (fault: Fault) => void; readonly market: SandboxMarket } | null;
  readonly alphaVantage: Faults | null;
  readonly stripe: StripeControl | null;
  readonly telegram: ChatFaults['telegram'] | null;
  readonly discord: ChatFaults['discord'] | null;
}

export const NOTHING_CONTROLLED: Controlled = {
  ...{ tws: null, alphaVantage: null, stripe: null, telegram: null, discord: null },
};

const answerMarket = (tws: Controlled['tws'], pathname: string, request: Request): Promise<Response> | Response => {
  const known = pathname === '/tws/faults' || pathname === '/market/scenario';
  if (!tws || !known || (request.method !== 'POST' && request.method !== 'GET'))
    return new Response('expected POST /tws/faults or POST /market/scenario', { status: 404 });
  // A page in somebody's browser cannot send this type without asking first.
  if (request.method === 'POST' && request.headers.get('content-type') !== 'application/json')
    return new Response('expected content-type application/json', { status: 415 });
  return pathname === '/tws/faults' ? answerFault(tws.inject, request) : answerScenario(tws.market, request);
};

/**
 * Lets tests and drills make the sandboxed broker misbehave: `POST /tws/faults` with one fault as JSON; `GET` tells what
 * there is, what each does at the wire and how it ends. `/market/scenario` switches what the market goes through.
 * `/alphavantage/faults`, `/telegram/faults` and `/discord/faults` are the same for those, `/stripe` lists what there is
 * for Stripe. Loopback only.
 */
export const startControl = ({ tws, alphaVantage, stripe, telegram, discord }: Controlled): Control => {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/alphavantage/faults' && alphaVantage) return answerFaultRequest(alphaVantage, request);
      if (stripe && (pathname === '/stripe' || pathname.startsWith('/stripe/')))
        return answerStripeControl(stripe, request);
      if (telegram && pathname === '/telegram/faults') return answerTelegramFaults(telegram, request);
      if (discord && pathname === '/discord/faults') return answerDiscordFaults(discord, request);
      return answerMarket(tws, pathname, request);
    },
  });
  return { url: server.url.origin, stop: () => void server.stop(true) };
};
