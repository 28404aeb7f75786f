import type { Desk } from './desk.ts';
import type { ExchangeListener } from './exchange/listener.ts';
import type { Order } from './exchange/types.ts';
import { sendAccountSummary, sendAccountUpdates } from './requests/account.ts';
import type { Session } from './session.ts';
import { commissionMessage, executionMessage, positionMessage } from './wire/account.ts';
import { openOrderMessage, orderStatusMessage } from './wire/open-order.ts';

/** Turns what happens at the exchange into messages to whom they concern. */
export const orderReports = (desk: () => Desk): ExchangeListener => {
  const concerned = (clientId: number): Session[] =>
    [...desk().sessions].filter((session) => session.clientId === clientId || session.bindsAllOrders);
  const open = (order: Order): void => {
    const { directory, rules } = desk();
    const listing = directory.byConId(order.conId);
    for (const session of concerned(order.clientId)) {
      if (listing) session.sendOrder(openOrderMessage(session.version, order, listing, rules.account));
      session.sendOrder(orderStatusMessage(session.version, order));
    }
  };
  return {
    orderChanged: open,
    statusChanged: (order) => {
      for (const session of concerned(order.clientId)) session.sendOrder(orderStatusMessage(session.version, order));
    },
    executed: (execution, order) => {
      // Execution, then the order's new state, then its cost: the order in which TWS was recorded to speak.
      const { rules, directory } = desk();
      const listing = directory.byConId(execution.conId);
      const everyone = [...desk().sessions].filter((session) => session.clientId !== null);
      const sessions = order ? concerned(execution.clientId) : everyone;
      const times = desk().faults.duplicateExecutions ? 2 : 1;
      for (let i = 0; i < times; i++) {
        for (const session of sessions) {
          if (rules.commissionFirst) session.sendOrder(commissionMessage(execution));
          if (listing) session.sendOrder(executionMessage(session.version, -1, execution, listing, rules.account));
        }
      }
      if (order) open(order);
      for (let i = 0; i < times && !rules.commissionFirst; i++) {
        for (const session of sessions) session.sendOrder(commissionMessage(execution));
      }
      sendAccounts(desk());
    },
    orderError: (clientId, orderId, code, text) => {
      for (const session of desk().sessions) {
        if (session.clientId === clientId) session.sendOrder(session.errorText(orderId, code, text));
      }
    },
    positionChanged: (position) => {
      const listing = desk().directory.byConId(position.conId);
      if (!listing) return;
      for (const session of desk().sessions) {
        if (session.wantsPositions) session.sendOrder(positionMessage(position, listing, desk().rules.account));
      }
    },
  };
};

const sendAccounts = (desk: Desk): void => {
  for (const session of desk.sessions) {
    if (session.wantsAccountUpdates) sendAccountUpdates(desk, session);
    for (const [requestId, tags] of session.summaryRequests) sendAccountSummary(desk, session, requestId, tags);
  }
};

const ACCOUNT_REFRESH_MS = 180_000;

/** Account values are told anew every three minutes of market time, as by TWS, besides after each execution. */
export const accountRefresher = (desk: Desk): (() => void) => {
  let sentAt: number = desk.market.now();
  return () => {
    const now = desk.market.now();
    if (now - sentAt < ACCOUNT_REFRESH_MS && now >= sentAt) return;
    sentAt = now;
    sendAccounts(desk);
  };
};

export const forgetSubscriptions = (desk: Desk, session: Session): void => {
  desk.quotes.forget(session);
  desk.depth.forget(session);
  desk.ticks.forget(session);
  desk.bars.forget(session);
  desk.history.forget(session);
};
