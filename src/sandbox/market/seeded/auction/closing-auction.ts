import type { Session } from '../../../../engine/core/market/calendar.ts';
import { type Instant, instant } from '../../../../engine/core/types.ts';
import { createRandom, hash32, hashText } from '../../random.ts';
import type { AuctionSnapshot, BookLevel, BookSnapshot } from '../../types.ts';
import type { Profile } from '../instruments/profiles.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
/** Imbalances are published from ten minutes before the close, indicative prices from five. */
const PUBLISHED_MS = 10 * MINUTE_MS;
const PRICED_MS = 5 * MINUTE_MS;

/**
 * How a listing exchange publishes: Nasdaq its early order imbalance every ten seconds and all of it every second over the
 * last five minutes; NYSE and NYSE Arca every second throughout. NYSE alone names a regulatory imbalance, as it stood at
 * the first publication. Sources: Nasdaq Closing Cross FAQ (EOII and NOII); NYSE Rule 7.35B.
 */
interface ImbalanceRule {
  readonly earlyEveryMs: number;
  readonly regulatory: boolean;
}
const RULES: Readonly<Record<string, ImbalanceRule>> = {
  NASDAQ: { earlyEveryMs: 10 * SECOND_MS, regulatory: false },
  ARCA: { earlyEveryMs: SECOND_MS, regulatory: false },
  NYSE: { earlyEveryMs: SECOND_MS, regulatory: true },
};

/** When the figure that holds at this time was published; null before the first and after the close. */
export const publishedAt = (profile: Profile, session: Session, at: Instant): Instant | null => {
  const rule = RULES[profile.primaryExchange];
  const left = session.closeAt - at;
  if (!rule || left > PUBLISHED_MS || left <= 0) return null;
  const every = left > PRICED_MS ? rule.earlyEveryMs : SECOND_MS;
  return instant(session.closeAt - Math.ceil(left / every) * every);
};

/** What the auction of one symbol and session will come to, before anybody is told. */
interface AuctionPlan {
  /** Shares to buy, less those to sell, when publication begins. */
  readonly firstImbalance: number;
  readonly paired: number;
}

const planOf = (seed: number, profile: Profile, session: Session, scale: number): AuctionPlan => {
  const random = createRandom(hash32(seed, hashText(session.date), hashText(profile.symbol), 41));
  const paired = profile.tradesPerSecond * profile.lots * 60_000 * (0.7 + 0.6 * random.next());
  return { paired, firstImbalance: 0.12 * paired * scale * random.normal() };
};

/** Orders to offset come in: this share of the imbalance is left at the close. */
const LEFT_AT_CLOSE = 0.35;

export interface AuctionMoment {
  readonly at: Instant;
  readonly book: BookSnapshot;
  readonly lastPrice: number;
  /** Times the ordinary imbalance. */
  readonly scale: number;
}

const roundLots = (shares: number): number => 100 * Math.round(shares / 100) + 0;

const imbalanceAt = (seed: number, profile: Profile, session: Session, at: Instant, scale: number) => {
  const plan = planOf(seed, profile, session, scale);
  const gone = 1 - (session.closeAt - at) / PUBLISHED_MS;
  const random = createRandom(hash32(seed, hashText(profile.symbol), Math.round(at / SECOND_MS), 43));
  const remaining = 1 - (1 - LEFT_AT_CLOSE) * gone;
  const imbalance = roundLots(plan.firstImbalance * remaining + 0.01 * plan.paired * (1 - gone) * random.normal());
  return { imbalance, paired: roundLots(plan.paired * (0.4 + 0.6 * gone) + Math.abs(plan.firstImbalance - imbalance)) };
};

/** Hidden and late orders stand behind what is shown: the auction meets so many times the visible size. */
const DEPTH_MULTIPLE = 25;

/** Where so many shares would clear against a book: dollars. What exceeds all rows moves on by the book's own slope. */
export const clearingPrice = (book: BookSnapshot, shares: number, depthMultiple: number): number => {
  const rows: readonly BookLevel[] = shares > 0 ? book.asks : book.bids;
  const first = rows[0]?.price ?? Number.NaN;
  let left = Math.abs(shares);
  let shown = 0;
  for (const row of rows) {
    shown += row.size * depthMultiple;
    left -= row.size * depthMultiple;
    if (left <= 0) return row.price;
  }
  const last = rows.at(-1)?.price ?? first;
  const tick = Math.sign(shares) * 0.01;
  const slope = Math.max(Math.abs(last - first), 0.01) / shown;
  return Math.round((last + tick + Math.sign(shares) * Math.min(left * slope, 0.01 * first)) * 100) / 100;
};

/** The imbalance as last published; near price from the whole interest, far price from auction orders alone. */
export const auctionAt = (
  seed: number,
  profile: Profile,
  session: Session,
  moment: AuctionMoment,
): AuctionSnapshot | null => {
  const at = publishedAt(profile, session, moment.at);
  if (at === null) return null;
  const { imbalance, paired } = imbalanceAt(seed, profile, session, at, moment.scale);
  const priced = session.closeAt - at <= PRICED_MS;
  const first = imbalanceAt(seed, profile, session, instant(session.closeAt - PUBLISHED_MS), moment.scale);
  return {
    at,
    pairedShares: paired,
    imbalanceShares: imbalance,
    referencePrice: moment.lastPrice,
    nearPrice: priced ? clearingPrice(moment.book, imbalance, DEPTH_MULTIPLE) : null,
    farPrice: priced ? clearingPrice(moment.book, imbalance, DEPTH_MULTIPLE / 2) : null,
    regulatoryImbalanceShares: RULES[profile.primaryExchange]?.regulatory ? first.imbalance : null,
  };
};

export interface ClosingPrint {
  readonly price: number;
  readonly size: number;
}

/** The closing cross: what is left of the imbalance clears against the book that stands at the close. */
export const closingPrint = (
  seed: number,
  profile: Profile,
  session: Session,
  book: BookSnapshot,
  scale: number,
): ClosingPrint => {
  const { imbalance, paired } = imbalanceAt(seed, profile, session, session.closeAt, scale);
  return { price: clearingPrice(book, imbalance || 1, DEPTH_MULTIPLE), size: paired + Math.abs(imbalance) };
};
