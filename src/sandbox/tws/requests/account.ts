import type { Desk, Handler } from '../desk.ts';
import { twsTimeOfDay } from '../market-clock.ts';
import type { Session } from '../session.ts';
import { portfolioMessage, positionMessage } from '../wire/account.ts';
import { ANSWER } from '../wire/codes.ts';
import { message } from '../wire/fields.ts';

const money = (dollars: number): string => dollars.toFixed(2);

export const requestAccountUpdates: Handler = (desk, session, fields) => {
  fields.skip(1);
  session.wantsAccountUpdates = fields.boolean('subscribe');
  if (!session.wantsAccountUpdates) return;
  sendAccountUpdates(desk, session);
  session.send(message(ANSWER.accountDownloadEnd, 1, desk.rules.account));
};

/** Values, portfolio and time, as sent at first and after each execution. */
export const sendAccountUpdates = (desk: Desk, session: Session): void => {
  const { account } = desk.rules;
  session.send(message(ANSWER.accountValue, 2, 'AccountCode', account, '', account));
  session.send(message(ANSWER.accountValue, 2, 'AccountReady', 'true', '', account));
  for (const [tag, value] of Object.entries(desk.exchange.account.values())) {
    session.send(message(ANSWER.accountValue, 2, tag, money(value), 'USD', account));
  }
  for (const position of desk.exchange.state.positions) {
    const listing = desk.directory.byConId(position.conId);
    if (!listing) continue;
    session.send(portfolioMessage(position, listing, account, desk.exchange.account.markPrice(listing)));
  }
  session.send(message(ANSWER.accountUpdateTime, 1, twsTimeOfDay(desk.market.now()).slice(0, 5)));
};

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
  const values = desk.exchange.account.values();
  for (const tag of tags) {
    const value = values[tag];
    if (tag === 'AccountType')
      session.send(message(ANSWER.accountSummary, 1, requestId, account, tag, 'INDIVIDUAL', ''));
    else if (value !== undefined) {
      session.send(message(ANSWER.accountSummary, 1, requestId, account, tag, money(value), 'USD'));
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
