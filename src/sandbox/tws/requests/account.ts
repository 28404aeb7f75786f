import type { Desk, Handler } from '../desk.ts';
import { twsTimeOfDay } from '../market-clock.ts';
import type { Session } from '../session.ts';
import { portfolioMessage, positionMessage } from '../wire/account.ts';
import { ANSWER } from '../wire/codes.ts';
import { message } from '../wire/fields.ts';

const money = (dollars: number): string => dollars.toFixed(2);

interface AccountTag {
  readonly tag: string;
  readonly value: string;
  readonly currency: string;
}

/** Everything TWS tells of an account, by its tag. */
export const accountTags = (desk: Desk): AccountTag[] => [
  { tag: 'AccountCode', value: desk.rules.account, currency: '' },
  { tag: 'AccountReady', value: 'true', currency: '' },
  { tag: 'AccountType', value: 'INDIVIDUAL', currency: '' },
  { tag: 'Currency', value: 'USD', currency: 'USD' },
  { tag: 'ExchangeRate', value: '1.00', currency: 'USD' },
  ...Object.entries(desk.exchange.account.values()).map(([tag, value]) => ({
    tag,
    value: money(value),
    currency: 'USD',
  })),
];

export const requestAccountUpdates: Handler = (desk, session, fields) => {
  fields.skip(1);
  session.wantsAccountUpdates = fields.boolean('subscribe');
  if (!session.wantsAccountUpdates) return;
  const account = fields.text('account');
  if (account !== '' && account !== desk.rules.account) {
    session.wantsAccountUpdates = false;
    return session.error(-1, 321, "Error validating request.-'bM' : cause - Invalid account code");
  }
  sendAccountUpdates(desk, session);
  session.send(message(ANSWER.accountDownloadEnd, 1, desk.rules.account));
};

/** Values, portfolio and time, as sent at first and after each execution. */
export const sendAccountUpdates = (desk: Desk, session: Session): void => {
  const { account } = desk.rules;
  for (const { tag, value, currency } of accountTags(desk)) {
    session.send(message(ANSWER.accountValue, 2, tag, value, currency, account));
  }
  for (const position of desk.exchange.state.positions) {
    const listing = desk.directory.byConId(position.conId);
    if (!listing) continue;
    session.send(portfolioMessage(position, listing, account, desk.exchange.account.markPrice(listing)));
  }
  session.send(message(ANSWER.accountUpdateTime, 1, twsTimeOfDay(desk.market.now()).slice(0, 5)));
};

/** `$LEDGER`, `$LEDGER:USD` and `$LEDGER:ALL` stand for all that is kept per currency. */
const LEDGER_TAGS: ReadonlySet<string> = new Set([
  'Currency',
  'CashBalance',
  'TotalCashBalance',
  'StockMarketValue',
  'OptionMarketValue',
  'NetLiquidationByCurrency',
  'UnrealizedPnL',
  'RealizedPnL',
  'ExchangeRate',
]);

export const requestAccountSummary: Handler = (desk, session, fields) => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  const group = fields.text('group');
  if (group !== 'All')
    return session.error(requestId, 321, `Error validating request.-'bM' : cause - group '${group}'`);
  const tags = fields.text('tags').split(',');
  session.summaryRequests.set(requestId, tags);
  sendAccountSummary(desk, session, requestId, tags);
  session.send(message(ANSWER.accountSummaryEnd, 1, requestId));
};

export const sendAccountSummary = (desk: Desk, session: Session, requestId: number, tags: readonly string[]): void => {
  const { account } = desk.rules;
  const known = accountTags(desk);
  for (const asked of tags) {
    const wantsLedger = asked.startsWith('$LEDGER');
    for (const { tag, value, currency } of known) {
      if (wantsLedger ? !LEDGER_TAGS.has(tag) : tag !== asked) continue;
      session.send(message(ANSWER.accountSummary, 1, requestId, account, tag, value, currency));
    }
  }
};

export const cancelAccountSummary: Handler = (_desk, session, fields) => {
  fields.skip(1);
  session.summaryRequests.delete(fields.integer('requestId'));
};

/** Positions now, then each change until cancelled. Flat positions are told only at the moment they become flat. */
export const requestPositions: Handler = (desk, session) => {
  session.wantsPositions = true;
  for (const position of desk.exchange.state.positions) {
    const listing = position.quantity === 0 ? null : desk.directory.byConId(position.conId);
    if (listing) session.send(positionMessage(position, listing, desk.rules.account));
  }
  session.send(message(ANSWER.positionEnd, 1));
};

export const cancelPositions: Handler = (_desk, session) => {
  session.wantsPositions = false;
};
