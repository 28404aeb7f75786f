/** Units that the compiler keeps apart. A branded number is an ordinary number at run time. */
declare const unit: unique symbol;
type Branded<T, Unit extends string> = T & { readonly [unit]: Unit };

/** Milliseconds since the Unix epoch, UTC, of *market* time (scaled and night-skipping in the sandbox). */
export type Instant = Branded<number, 'ms since epoch, UTC'>;
/** Whole millionths of a US dollar: holds commissions exactly, and P&L up to nine billion dollars. */
export type UsdMicros = Branded<number, 'USD * 1e-6, integer'>;
/** A calendar day in New York, `YYYY-MM-DD`. */
export type SessionDate = Branded<string, 'YYYY-MM-DD, America/New_York'>;
/** Our own order identity, sent as TWS `orderRef`; derived from run and sequence so that a retry cannot double an order. */
export type ClientOrderId = Branded<string, 'client order id'>;
/** Option identity: OSI symbol without padding, e.g. `SPXW220323C02000000` (root, yymmdd, C/P, strike*1000 in 8 digits). */
export type ContractId = Branded<string, 'OSI symbol'>;
export type SignalId = Branded<string, 'signal id'>;

export const instant = (ms: number): Instant => ms as Instant;

/** Who asked for something. Every command and every audit row carries one. */
export type Actor =
  | { readonly kind: 'operator'; readonly userId: string; readonly email: string }
  | { readonly kind: 'cli'; readonly name: string }
  | { readonly kind: 'system'; readonly name: string };

/** What the trades are: never shown without. */
export type TradingMode = 'simulated' | 'paper' | 'live';
