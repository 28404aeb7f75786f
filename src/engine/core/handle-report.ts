import type { Context } from './context.ts';
import { countAnomaly, emit, tellAnomaly } from './context.ts';
import { applyReport } from './execution/apply-report.ts';
import type { Note } from './execution/book-fill.ts';
import { averagePrice, type Position } from './execution/position.ts';
import { realised } from './execution/profit.ts';
import { positionsByContract, reconcile } from './execution/reconcile.ts';
import { sweep } from './execution/sweep.ts';
import { openQuantity, type Trade } from './execution/trade.ts';
import { touchFeed } from './fold/feeds.ts';
import type { BrokerReport } from './inputs.ts';

const foldBroker = (context: Context, report: BrokerReport): void => {
  const { broker } = context.state;
  switch (report.kind) {
    case 'connected':
      broker.connected = true;
      broker.synced = false;
      broker.account = report.account;
      return;
    case 'disconnected':
      broker.lostAt = context.at;
      broker.connected = false;
      broker.synced = false;
      broker.positions = null;
      return;
    case 'synced':
      broker.connected = true;
      broker.synced = true;
      broker.positions = positionsByContract(report.positions);
      broker.positionsSeq = context.seq;
      return;
    case 'positions':
      broker.positions = positionsByContract(report.positions);
      broker.positionsSeq = context.seq;
      return;
    case 'account':
      broker.netLiquidation = report.netLiquidation;
      broker.buyingPower = report.buyingPower;
      touchFeed(context.state, 'ibkr.account');
      return;
    default:
      return;
  }
};

const tellPosition = (context: Context, trade: Trade): void => {
  const { signalId, contract, position } = trade;
  emit(context, {
    kind: 'position.changed',
    signalId,
    contract,
    quantity: openQuantity(trade),
    averagePrice: position.bought === 0 ? 0 : averagePrice(position, contract.multiplier),
    realisedMicros: Math.round(realised(trade) * 1e6),
  });
};

/** Facts first, into books that recovery shares; then what follows from them. */
export const handleReport = (context: Context, report: BrokerReport): void => {
  const { state } = context;
  const before = new Map<Trade, Position>();
  for (const trade of state.trading.trades.values()) before.set(trade, trade.position);
  const notes: Note[] = [];
  applyReport(state.trading, report, context.at, notes);
  foldBroker(context, report);
  for (const { name, facts } of notes) {
    countAnomaly(state, name, '');
    tellAnomaly(context, name, facts);
  }
  for (const [trade, position] of before) {
    if (trade.position === position) continue;
    if (trade.position.quantity !== position.quantity) state.broker.filledSeq = context.seq;
    tellPosition(context, trade);
  }
  reconcile(context, report.kind === 'synced');
  sweep(context);
};
