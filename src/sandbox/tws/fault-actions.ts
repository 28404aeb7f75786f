import type { Desk } from './desk.ts';
import type { FaultActions } from './faults.ts';
import { forgetSubscriptions } from './reports.ts';
import { refusal } from './requests/permission.ts';
import type { Restarter } from './restart.ts';
import type { Session } from './session.ts';
import { message } from './wire/fields.ts';

/** A message number no client knows. */
const UNKNOWN_ANSWER = 250;
/** The head of a frame of 60 bytes and its first three. */
const TRUNCATED_FRAME = Buffer.from([0, 0, 0, 60, 0x33, 0, 0x34]);

export const faultActions = (desk: Desk, restarter: Restarter, requestFlush: () => void): FaultActions => {
  const those = (clientId: number | null): Session[] =>
    [...desk.sessions].filter((session) => clientId === null || session.clientId === clientId);
  const dataError: FaultActions['dataError'] = (code, text, symbols) => {
    for (const session of desk.sessions) {
      for (const feeds of [desk.quotes, desk.depth, desk.ticks, desk.bars, desk.history]) {
        for (const requestId of feeds.requestIds(session, symbols)) session.error(requestId, code, text);
      }
    }
  };
  return {
    dropConnections: (clientId, abruptly) => {
      for (const session of those(clientId)) {
        if (!abruptly) session.flush();
        session.close(abruptly);
      }
    },
    broadcastRaw: (frame) => {
      for (const session of [...desk.sessions]) {
        if (frame === 'unknown-message') {
          session.send(message(UNKNOWN_ANSWER, 1, 'nothing', 'anyone', 'knows'));
          continue;
        }
        session.writer.raw(TRUNCATED_FRAME);
        session.flush();
        session.close();
      }
    },
    notice: (code, text) => {
      for (const session of desk.sessions) if (session.clientId !== null) session.error(-1, code, text);
    },
    forgetSubscriptions: () => {
      for (const session of desk.sessions) forgetSubscriptions(desk, session);
    },
    correctExecution: (execId, price) => {
      if (!desk.exchange.correct(execId, price)) throw new Error(`no execution ${execId} to correct`);
      requestFlush();
    },
    resetDepth: (symbol) => desk.depth.reset(symbol),
    dataError,
    setHalfOpen: (clientId) => {
      for (const session of those(clientId)) session.setHalfOpen(true);
    },
    healHalfOpen: () => {
      for (const session of those(null)) session.setHalfOpen(false);
    },
    restart: (downMs, rollBackBy) => restarter.restart(downMs, rollBackBy),
    permissionsChanged: () => revokeLines(desk),
    released: () => {
      for (const { symbol } of desk.market.instruments()) desk.quotes.touch(symbol);
      requestFlush();
    },
  };
};

/** Lines of symbols that may not be seen any more end with the error their request would get now. */
const revokeLines = (desk: Desk): void => {
  const { noPermission } = desk.faults;
  for (const symbol of noPermission?.symbols ?? []) {
    const [code, text] = refusal(noPermission?.delayedOffered ?? false, { symbol });
    for (const session of desk.sessions) {
      for (const requestId of desk.quotes.requestIds(session, [symbol])) {
        desk.quotes.cancel(session, requestId);
        session.error(requestId, code, text);
      }
    }
  }
};
