import type { OptionContract } from '../../engine/core/market/contract.ts';
import type { Instrument, SandboxMarket } from '../market/types.ts';
import { compactDate } from './market-clock.ts';
import type { ContractSpec } from './wire/contract.ts';

/** One tradable (or, for an index, quotable) line of the sandbox: what a conId stands for. */
export interface Listing {
  readonly conId: number;
  readonly kind: 'STK' | 'IND' | 'OPT';
  readonly symbol: string;
  /** The stock or index itself, or the option's underlying. */
  readonly instrument: Instrument;
  readonly option: OptionContract | null;
  /** Deliverable per unit: 100 for options, 1 for stocks. */
  readonly multiplier: number;
  readonly currency: 'USD';
  /** OSI symbol padded to 21 characters for options, the ticker otherwise. */
  readonly localSymbol: string;
  readonly tradingClass: string;
}

const OPTION_CON_ID_BASE = 500_000_000;
const OPTION_CON_ID_SPAN = 1_500_000_000;

/** Contract identities: stable across restarts because an option's conId is a hash of its OSI symbol. */
export class Directory {
  readonly #market: SandboxMarket;
  readonly #byConId = new Map<number, Listing>();
  readonly #byOptionId = new Map<string, Listing>();
  readonly #indexedOptions = new Map<string, readonly OptionContract[]>();

  constructor(market: SandboxMarket) {
    this.#market = market;
    for (const instrument of market.instruments()) this.#addInstrument(instrument);
  }

  byConId(conId: number): Listing | null {
    const known = this.#byConId.get(conId);
    if (known) return known;
    for (const instrument of this.#market.instruments()) this.#indexOptions(instrument);
    return this.#byConId.get(conId) ?? null;
  }

  ofSymbol(symbol: string): Listing | null {
    for (const listing of this.#byConId.values()) {
      if (listing.kind !== 'OPT' && listing.symbol === symbol) return listing;
    }
    return null;
  }

  optionsOf(symbol: string): readonly Listing[] {
    const instrument = this.#market.instruments().find((candidate) => candidate.symbol === symbol);
    if (!instrument) return [];
    this.#indexOptions(instrument);
    return this.#market.optionsOf(symbol).map((option) => this.#option(option, instrument));
  }

  /** Every listing a specification fits; TWS calls more than one "ambiguous" where it needs one. */
  find(spec: ContractSpec): Listing[] {
    if (spec.conId > 0) {
      const listing = this.byConId(spec.conId);
      return listing && fits(listing, spec) ? [listing] : [];
    }
    if (spec.secType === 'OPT') {
      const parsed =
        spec.localSymbol === '' ? null : this.#market.option(spec.localSymbol.replace(/\s+/g, '') as never);
      const symbol = spec.symbol === '' ? parsed?.underlying : spec.symbol;
      return symbol === undefined ? [] : this.optionsOf(symbol).filter((listing) => fits(listing, spec));
    }
    return [...this.#byConId.values()].filter((listing) => listing.kind !== 'OPT' && fits(listing, spec));
  }

  #addInstrument(instrument: Instrument): void {
    this.#byConId.set(instrument.conId, {
      conId: instrument.conId,
      kind: instrument.kind === 'index' ? 'IND' : 'STK',
      symbol: instrument.symbol,
      instrument,
      option: null,
      multiplier: 1,
      currency: 'USD',
      localSymbol: instrument.symbol,
      tradingClass: instrument.kind === 'index' ? instrument.symbol : 'NMS',
    });
  }

  #indexOptions(instrument: Instrument): void {
    if (!instrument.hasOptions) return;
    const options = this.#market.optionsOf(instrument.symbol);
    if (this.#indexedOptions.get(instrument.symbol) === options) return;
    this.#indexedOptions.set(instrument.symbol, options);
    for (const option of options) this.#option(option, instrument);
  }

  #option(option: OptionContract, instrument: Instrument): Listing {
    const known = this.#byOptionId.get(option.id);
    if (known) return known;
    let conId = OPTION_CON_ID_BASE + (fnv1a(option.id) % OPTION_CON_ID_SPAN);
    while (this.#byConId.has(conId)) conId += 1;
    const listing: Listing = {
      conId,
      kind: 'OPT',
      symbol: option.underlying,
      instrument,
      option,
      multiplier: option.multiplier,
      currency: 'USD',
      localSymbol: option.tradingClass.padEnd(6) + option.id.slice(option.tradingClass.length),
      tradingClass: option.tradingClass,
    };
    this.#byConId.set(conId, listing);
    this.#byOptionId.set(option.id, listing);
    return listing;
  }
}

const fits = (listing: Listing, spec: ContractSpec): boolean => {
  const asked = (text: string, actual: string) => text === '' || text === actual;
  if (!asked(spec.symbol, listing.symbol) || !asked(spec.secType, listing.kind)) return false;
  if (!asked(spec.currency, listing.currency)) return false;
  const squeezed = spec.localSymbol.replace(/\s+/g, '');
  if (!asked(squeezed, listing.localSymbol.replace(/\s+/g, ''))) return false;
  const { option } = listing;
  if (!option) return true;
  if (!asked(spec.tradingClass, option.tradingClass) || !asked(spec.right, option.right)) return false;
  if (spec.strike > 0 && spec.strike !== option.strike) return false;
  if (spec.multiplier !== '' && Number(spec.multiplier) !== option.multiplier) return false;
  return compactDate(option.expiry).startsWith(spec.lastTradeDateOrContractMonth);
};

const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};
