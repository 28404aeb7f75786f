import type { ClosingAuction } from './closing-auction-state.ts';
import {
  foldRecordNews,
  type KeptRecord,
  orNaN,
  orNull,
  type RecordNews,
  restoreRecord,
  takeRecordNews,
} from './kept-record.ts';
import { type MeanReversion, recallMeanReversion } from './mean-reversion.ts';
import type { VolatilityForecast } from './volatility-forecast.ts';

/** The forecasts of one underlying. */
export interface Forecasts {
  readonly auction: ClosingAuction;
  readonly volatilityForecast: VolatilityForecast;
  readonly meanReversion: MeanReversion;
}

const RECORDS = ['auctionImbalance', 'auctionPrice', 'volatility', 'meanReversion'] as const;
type RecordName = (typeof RECORDS)[number];

const recordsOf = ({ auction, volatilityForecast, meanReversion }: Forecasts) => ({
  auctionImbalance: auction.imbalanceRecord,
  auctionPrice: auction.priceRecord,
  volatility: volatilityForecast.record,
  meanReversion: meanReversion.record,
});

/** What the imbalances of the past have taught, one stage after the other. */
interface KeptModel {
  readonly products: readonly number[];
  readonly targets: readonly number[];
  readonly cases: number;
}

const SPREAD_NUMBERS = [
  'sessionCloseAt',
  'lastClose',
  'barAt',
  'impliedAtClose',
  'realised',
  'realisedAt',
  'errorCount',
  'spreadCount',
  'spreadAt',
  'decay',
  'calibratedWeek',
  'calibrations',
  'forecast',
  'forecastAt',
  'dueAt',
  'incompleteSessions',
  'judged',
] as const satisfies readonly (keyof VolatilityForecast)[];
const SPREAD_TEXTS = ['sessionDate', 'forecastFor', 'reason'] as const satisfies readonly (keyof VolatilityForecast)[];
const SPREAD_COLUMNS = ['spread', 'candidate', 'errors'] as const satisfies readonly (keyof VolatilityForecast)[];

/** The volatility forecast as a closed session leaves it: spreads and errors of every decay, and what it says of the next. */
interface KeptSpreads {
  readonly numbers: Readonly<Record<(typeof SPREAD_NUMBERS)[number], number | null>>;
  readonly texts: Readonly<Record<(typeof SPREAD_TEXTS)[number], string>>;
  readonly columns: Readonly<Record<(typeof SPREAD_COLUMNS)[number], readonly (number | null)[]>>;
}

/** What was logged, settled and learnt of one underlying since it was told last; null where nothing was. Plain JSON. */
export interface ForecastNews {
  readonly symbol: string;
  readonly records: Readonly<Record<RecordName, RecordNews | null>>;
  readonly auctionModels: readonly KeptModel[] | null;
  readonly volatilitySpreads: KeptSpreads | null;
}

/** What of an underlying's forecasts outlives a run. Plain JSON. */
export interface KeptForecasts {
  readonly symbol: string;
  readonly records: Readonly<Record<RecordName, KeptRecord | null>>;
  readonly auctionModels: readonly KeptModel[] | null;
  readonly volatilitySpreads: KeptSpreads | null;
}

const casesOf = ({ models }: ClosingAuction): number => models.reduce((sum, { cases }) => sum + cases, 0);

const modelNews = (auction: ClosingAuction): readonly KeptModel[] | null => {
  const cases = casesOf(auction);
  if (cases === auction.toldCases) return null;
  auction.toldCases = cases;
  return auction.models.map((model) => ({
    products: [...model.products],
    targets: [...model.targets],
    cases: model.cases,
  }));
};

const pick = <Name extends string, Value>(names: readonly Name[], of: (name: Name) => Value): Record<Name, Value> =>
  Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;

const spreadNews = (state: VolatilityForecast): KeptSpreads | null => {
  if (state.judged === state.toldJudged) return null;
  state.toldJudged = state.judged;
  return {
    numbers: pick(SPREAD_NUMBERS, (name) => orNull(state[name])),
    texts: pick(SPREAD_TEXTS, (name) => state[name]),
    columns: pick(SPREAD_COLUMNS, (name) => Array.from(state[name], orNull)),
  };
};

/** Null when there is nothing new; what is told is told once. */
export const takeForecastNews = (symbol: string, forecasts: Forecasts): ForecastNews | null => {
  const all = recordsOf(forecasts);
  const records = pick(RECORDS, (name) => takeRecordNews(all[name]));
  const auctionModels = modelNews(forecasts.auction);
  const volatilitySpreads = spreadNews(forecasts.volatilityForecast);
  const isNothing = auctionModels === null && volatilitySpreads === null && RECORDS.every((name) => !records[name]);
  return isNothing ? null : { symbol, records, auctionModels, volatilitySpreads };
};

/** Whether there is anything to tell: cheap, and asked on every timer. */
export const hasForecastNews = (forecasts: Forecasts): boolean => {
  const { auction, volatilityForecast, meanReversion } = forecasts;
  for (const record of [auction.imbalanceRecord, auction.priceRecord, volatilityForecast.record, meanReversion.record])
    if (record.logged !== record.toldLogged || record.settled !== record.toldSettled) return true;
  return volatilityForecast.judged !== volatilityForecast.toldJudged || casesOf(auction) !== auction.toldCases;
};

export const foldForecastNews = (kept: KeptForecasts | undefined, news: ForecastNews): KeptForecasts => ({
  symbol: news.symbol,
  records: pick(RECORDS, (name) => {
    const [before, now] = [kept?.records[name] ?? null, news.records[name]];
    return now === null ? before : foldRecordNews(before, now);
  }),
  auctionModels: news.auctionModels ?? kept?.auctionModels ?? null,
  volatilitySpreads: news.volatilitySpreads ?? kept?.volatilitySpreads ?? null,
});

const restoreModels = (auction: ClosingAuction, kept: readonly KeptModel[]): void => {
  if (kept.length !== auction.models.length) return;
  auction.models.forEach((model, i) => {
    const { products = [], targets = [], cases = 0 } = kept[i] ?? {};
    if (products.length !== model.products.length || targets.length !== model.targets.length) return;
    model.products.set(products);
    model.targets.set(targets);
    model.cases = cases;
  });
  auction.toldCases = casesOf(auction);
};

/** False, and nothing restored, where another build's decays or window do not fit. */
const restoreSpreads = (state: VolatilityForecast, kept: KeptSpreads): boolean => {
  if (SPREAD_COLUMNS.some((name) => kept.columns[name].length !== state[name].length)) return false;
  for (const name of SPREAD_NUMBERS) state[name] = orNaN(kept.numbers[name]);
  for (const name of SPREAD_TEXTS) state[name] = kept.texts[name];
  for (const name of SPREAD_COLUMNS) state[name].set(kept.columns[name].map(orNaN));
  state.toldJudged = state.judged;
  return true;
};

/**
 * Gives new forecasts what the runs before have left. A restart voids what waited for an auction or for the next quarter of
 * an hour, whose circumstances are gone; a volatility foretold overnight is scored at the next close as if nothing had been.
 */
export const restoreForecasts = (forecasts: Forecasts, kept: KeptForecasts): void => {
  const { auction, volatilityForecast, meanReversion } = forecasts;
  if (kept.auctionModels) restoreModels(auction, kept.auctionModels);
  const spreads = kept.volatilitySpreads !== null && restoreSpreads(volatilityForecast, kept.volatilitySpreads);
  const all = recordsOf(forecasts);
  for (const name of RECORDS) {
    const record = kept.records[name];
    if (record) restoreRecord(all[name], record, name === 'volatility' && spreads);
  }
  recallMeanReversion(meanReversion, orNaN(kept.records.meanReversion?.madeAt));
};
