import { expiresAt, settlesAm } from '../../../engine/core/market/calendar.ts';
import type { OptionContract } from '../../../engine/core/market/contract.ts';
import { createGreeks, greeksOf, yearsUntil } from '../../../engine/core/pricing/bsm.ts';
import { impliedVolatility } from '../../../engine/core/pricing/implied-volatility.ts';
import type { Desk, Handler } from '../desk.ts';
import { optionTick, tickMessage } from '../feeds/ticks.ts';
import type { Session } from '../session.ts';
import { TICK } from '../wire/codes.ts';
import { readContract } from '../wire/contract.ts';
import type { FieldReader } from '../wire/fields.ts';
import { resolveOne } from './resolve.ts';

/** The calculator discounts nothing and pays no dividends: the same conventions at both ends of a round trip. */
const RATE = 0;
const DIVIDEND_YIELD = 0;

interface Question {
  readonly requestId: number;
  readonly option: OptionContract;
  readonly years: number;
  /** A volatility or a price, as asked. */
  readonly given: number;
  readonly underlyingPrice: number;
}

const readQuestion = (desk: Desk, session: Session, fields: FieldReader): Question | null => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  const contract = readContract(fields);
  const given = fields.number('volatility or option price');
  const underlyingPrice = fields.number('underlyingPrice');
  const listing = resolveOne(desk, session, requestId, contract);
  if (!listing) return null;
  if (!listing.option) {
    session.error(requestId, 321, "Error validating request.-'bX' : cause - Only options can be calculated");
    return null;
  }
  const { option } = listing;
  const expiry = expiresAt(option.expiry, settlesAm(option.tradingClass, option.expiry));
  return { requestId, option, years: yearsUntil(desk.market.now(), expiry), given, underlyingPrice };
};

/** All figures at a volatility, as a tick of type 53. -1 and -2 stand for what there is not. */
const answer = (session: Session, question: Question, volatility: number, price: number | null): void => {
  const { requestId, option, years, underlyingPrice } = question;
  const greeks = greeksOf(
    option.right === 'C',
    underlyingPrice,
    option.strike,
    years,
    volatility,
    RATE,
    DIVIDEND_YIELD,
    createGreeks(),
  );
  const or = (value: number, absent: number) => (Number.isFinite(value) ? value : absent);
  const figures = [
    or(volatility, -1),
    or(greeks.delta, -2),
    price ?? or(greeks.price, -1),
    0, // present value of dividends
    or(greeks.gamma, -2),
    or(greeks.vegaPerPoint, -2),
    or(greeks.thetaPerDay, -2),
    underlyingPrice,
  ];
  session.send(tickMessage(optionTick(TICK.customOption, 1, figures), session.version, requestId));
};

export const calculateOptionPrice: Handler = (desk, session, fields) => {
  const question = readQuestion(desk, session, fields);
  if (question) answer(session, question, question.given, null);
};

export const calculateImpliedVolatility: Handler = (desk, session, fields) => {
  const question = readQuestion(desk, session, fields);
  if (!question) return;
  const { option, given, underlyingPrice, years } = question;
  const found = impliedVolatility(
    option.right === 'C',
    given,
    underlyingPrice,
    option.strike,
    years,
    RATE,
    DIVIDEND_YIELD,
  );
  answer(session, question, found.volatility ?? Number.NaN, given);
};
