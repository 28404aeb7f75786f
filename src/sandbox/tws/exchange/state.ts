import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SandboxMarket } from '../../market/types.ts';
import type { ExchangeRules } from './rules.ts';
import type { ExchangeState } from './types.ts';

/** Raised when the shape of the file changes. */
const STATE_VERSION = 1;

const marketIdentity = (market: SandboxMarket): string => `${market.source}: ${market.description}`;

const emptyState = (identity: string, rules: ExchangeRules): ExchangeState => ({
  version: STATE_VERSION,
  identity,
  cash: rules.startingCash,
  nextPermId: 1_376_327_563,
  nextExecution: 0x6560a1b2,
  nextOrderIds: {},
  orders: [],
  executions: [],
  positions: [],
  underlyingPrices: {},
});

const readState = (path: string): ExchangeState => {
  const afresh = 'remove the file to start with a fresh account';
  try {
    const state = JSON.parse(readFileSync(path, 'utf8')) as ExchangeState;
    if (state.version === STATE_VERSION) return state;
    throw new Error(`expected version ${STATE_VERSION}, got ${state.version}`);
  } catch (error) {
    throw new Error(`${path} cannot be read as the simulated account (${afresh}): ${(error as Error).message}`);
  }
};

/**
 * Keeps the account in one JSON file per market identity, replaced atomically: a kill at any moment leaves the old
 * or the new state. `folder` null keeps it in memory only.
 */
export class StateFile {
  readonly #path: string | null;
  readonly #identity: string;
  readonly #rules: ExchangeRules;

  constructor(folder: string | null, market: SandboxMarket, rules: ExchangeRules) {
    this.#identity = marketIdentity(market);
    this.#rules = rules;
    this.#path = folder === null ? null : join(folder, `tws-account-${slug(this.#identity)}.json`);
  }

  load(): ExchangeState {
    if (this.#path === null || !existsSync(this.#path)) return emptyState(this.#identity, this.#rules);
    const state = readState(this.#path);
    if (state.identity !== this.#identity) {
      throw new Error(`${this.#path} belongs to market '${state.identity}', expected '${this.#identity}'`);
    }
    return state;
  }

  save(state: ExchangeState): void {
    if (this.#path === null) return;
    mkdirSync(dirname(this.#path), { recursive: true });
    const temporary = `${this.#path}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(state));
    renameSync(temporary, this.#path);
  }
}

const slug = (identity: string): string => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < identity.length; i++) hash = Math.imul(hash ^ identity.charCodeAt(i), 0x01000193);
  const readable = identity
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  return `${readable}-${(hash >>> 0).toString(16).padStart(8, '0')}`;
};
