import type { Desk, Handler } from '../desk.ts';
import type { Session } from '../session.ts';
import { ANSWER } from '../wire/codes.ts';
import { contractFields } from '../wire/contract.ts';
import { message } from '../wire/fields.ts';
import { accountTags } from './account.ts';

/** Error 321 and false for an account that is not ours; empty means it. */
const knowsAccount = (desk: Desk, session: Session, requestId: number, account: string): boolean => {
  if (account === '' || account === 'All' || account === desk.rules.account) return true;
  session.error(requestId, 321, "Error validating request.-'bN' : cause - Invalid account code");
  return false;
};

/** Positions of an account or model; there are no models, so all are told under none. */
export const requestPositionsMulti: Handler = (desk, session, fields) => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  if (!knowsAccount(desk, session, requestId, fields.text('account'))) return;
  for (const position of desk.exchange.state.positions) {
    const listing = position.quantity === 0 ? null : desk.directory.byConId(position.conId);
    if (!listing) continue;
    const exchange = listing.option ? '' : listing.instrument.primaryExchange;
    session.send(
      message(ANSWER.positionMulti, 1, requestId, desk.rules.account) +
        contractFields(listing, exchange) +
        message(position.quantity, position.averageCost, ''),
    );
  }
  session.send(message(ANSWER.positionMultiEnd, 1, requestId));
};

export const requestAccountUpdatesMulti: Handler = (desk, session, fields) => {
  fields.skip(1);
  const requestId = fields.integer('requestId');
  if (!knowsAccount(desk, session, requestId, fields.text('account'))) return;
  for (const { tag, value, currency } of accountTags(desk)) {
    session.send(message(ANSWER.accountUpdateMulti, 1, requestId, desk.rules.account, '', tag, value, currency));
  }
  session.send(message(ANSWER.accountUpdateMultiEnd, 1, requestId));
};

export const requestPnl: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  if (!knowsAccount(desk, session, requestId, fields.text('account'))) return;
  desk.pnl.watch(session, requestId, null);
};

export const requestPnlSingle: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  if (!knowsAccount(desk, session, requestId, fields.text('account'))) return;
  fields.skip(1); // modelCode
  desk.pnl.watch(session, requestId, fields.integer('conId'));
};

export const cancelPnl: Handler = (desk, session, fields) => {
  const requestId = fields.integer('requestId');
  if (!desk.pnl.cancel(session, requestId)) session.error(requestId, 300, `Can't find EId with tickerId:${requestId}`);
};
