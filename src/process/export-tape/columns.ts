import type { Entry, MarketInput, VendorBarSeen } from '../../engine/core/inputs.ts';

export type CellType = 'text' | 'number' | 'whole' | 'instant';
/** Text, a number, or null for what is absent. Instants are milliseconds since the epoch. */
export type Cell = string | number | null;

export interface Column<Row> {
  readonly name: string;
  readonly type: CellType;
  readonly of: (row: Row) => Cell;
}

/** One kind of entry as a table: an entry gives a row, a chain one per contract. */
export interface TableOf<Row> {
  readonly about: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: (entry: Entry) => readonly Row[];
  /** Underlying, or contract, that `--symbol` is held against. */
  readonly symbol: (row: Row) => string;
}

type Seen<Kind extends MarketInput['kind']> = Entry & { input: Extract<MarketInput, { kind: Kind }> };

const text = <Row>(name: string, of: (row: Row) => string | null | undefined): Column<Row> => ({
  name,
  type: 'text',
  of: (row) => of(row) ?? null,
});
const asNumber = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value;
const number = <Row>(name: string, of: (row: Row) => number | undefined): Column<Row> => ({
  name,
  type: 'number',
  of: (row) => asNumber(of(row)),
});
const whole = <Row>(name: string, of: (row: Row) => number | undefined): Column<Row> => ({
  name,
  type: 'whole',
  of: (row) => asNumber(of(row)),
});
const moment = <Row>(name: string, of: (row: Row) => number): Column<Row> => ({
  name,
  type: 'instant',
  of: (row) => asNumber(of(row)),
});

const stamps = <Row extends Entry>(): Column<Row>[] => [whole('seq', ({ seq }) => seq), moment('at', ({ at }) => at)];

const tableOf = <Kind extends MarketInput['kind']>(
  kind: Kind,
  about: string,
  symbol: (row: Seen<Kind>) => string,
  columns: readonly Column<Seen<Kind>>[],
): TableOf<Seen<Kind>> => ({
  about,
  symbol,
  columns: [...stamps<Seen<Kind>>(), ...columns],
  rows: (entry) => (entry.input.kind === kind ? [entry as Seen<Kind>] : []),
});

interface Barred {
  readonly input: Pick<VendorBarSeen, 'symbol' | 'openAt' | 'open' | 'high' | 'low' | 'close' | 'volume'>;
}
const BAR: readonly Column<Barred>[] = [
  text('symbol', ({ input }) => input.symbol),
  moment('open_at', ({ input }) => input.openAt),
  number('open', ({ input }) => input.open),
  number('high', ({ input }) => input.high),
  number('low', ({ input }) => input.low),
  number('close', ({ input }) => input.close),
  number('volume', ({ input }) => input.volume),
];

interface ChainRow extends Seen<'chain.seen'> {
  readonly row: number;
}
const FIGURES = [
  'strike',
  'bid',
  'ask',
  'last',
  'volume',
  'openInterest',
  'impliedVolatility',
  'delta',
  'gamma',
  'thetaPerDay',
  'vegaPerPoint',
] as const;
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const chains: TableOf<ChainRow> = {
  about: 'option chains, a row per contract',
  symbol: ({ input }) => input.chain.underlying,
  columns: [
    ...stamps<ChainRow>(),
    text('underlying', ({ input }) => input.chain.underlying),
    text('contract', ({ input, row }) => input.chain.contractIds[row]),
    text('expiry', ({ input, row }) => input.chain.expiries[input.chain.expiryIndex[row] ?? -1]),
    text('right', ({ input, row }) => (input.chain.isCall[row] === 1 ? 'C' : 'P')),
    ...FIGURES.map((name) => number<ChainRow>(snake(name), ({ input, row }) => input.chain[name][row])),
  ],
  rows: ({ seq, at, input }) =>
    input.kind === 'chain.seen'
      ? Array.from({ length: input.chain.rowCount }, (_, row) => ({ seq, at, input, row }))
      : [],
};

const TABLES = {
  trade: tableOf('trade.seen', 'prints', ({ input }) => input.symbol, [
    text('symbol', ({ input }) => input.symbol),
    number('price', ({ input }) => input.price),
    number('size', ({ input }) => input.size),
    text('venue', ({ input }) => input.venue),
    moment('source_at', ({ input }) => input.sourceAt),
  ]),
  quote: tableOf('quote.seen', 'top of book of underlyings', ({ input }) => input.symbol, [
    text('symbol', ({ input }) => input.symbol),
    number('bid', ({ input }) => input.bidPrice),
    number('bid_size', ({ input }) => input.bidSize),
    number('ask', ({ input }) => input.askPrice),
    number('ask_size', ({ input }) => input.askSize),
    number('last', ({ input }) => input.lastPrice),
  ]),
  'option-quote': tableOf('option-quote.seen', 'top of book of watched options', ({ input }) => input.contractId, [
    text('contract', ({ input }) => input.contractId),
    number('bid', ({ input }) => input.bidPrice),
    number('bid_size', ({ input }) => input.bidSize),
    number('ask', ({ input }) => input.askPrice),
    number('ask_size', ({ input }) => input.askSize),
  ]),
  depth: tableOf('depth.seen', 'row changes of books', ({ input }) => input.symbol, [
    text('symbol', ({ input }) => input.symbol),
    text('operation', ({ input }) => ['insert', 'update', 'delete'][input.operation]),
    text('side', ({ input }) => (input.side === 1 ? 'bid' : 'ask')),
    whole('level', ({ input }) => input.level),
    number('price', ({ input }) => input.price),
    number('size', ({ input }) => input.size),
    text('venue', ({ input }) => input.venue),
  ]),
  chain: chains,
  'vendor-bar': tableOf('vendor-bar.seen', 'minute bars of Alpha Vantage', ({ input }) => input.symbol, BAR),
  'history-bar': tableOf('history-bar.seen', 'bars of the past, from IBKR', ({ input }) => input.symbol, [
    text('interval', ({ input }) => input.interval),
    ...BAR,
  ]),
  'five-second-bar': tableOf('five-second-bar.seen', 'real-time bars of IBKR', ({ input }) => input.symbol, [
    ...BAR,
    number('vwap', ({ input }) => input.vwap),
    whole('trades', ({ input }) => input.trades),
  ]),
  auction: tableOf('auction.seen', 'closing-auction figures', ({ input }) => input.symbol, [
    text('symbol', ({ input }) => input.symbol),
    number('paired_shares', ({ input }) => input.pairedShares),
    number('imbalance_shares', ({ input }) => input.imbalanceShares),
    number('reference_price', ({ input }) => input.referencePrice),
    number('near_price', ({ input }) => input.nearPrice),
    number('far_price', ({ input }) => input.farPrice),
    number('regulatory_imbalance_shares', ({ input }) => input.regulatoryImbalanceShares),
  ]),
} as const;

export type ExportKind = keyof typeof TABLES;
export const EXPORT_KINDS = Object.keys(TABLES) as readonly ExportKind[];

/** Rows are made and read within one table, so that their type matters to nobody else. */
export const exportTable = (kind: ExportKind): TableOf<unknown> => TABLES[kind] as unknown as TableOf<unknown>;
