import { afterEach, describe } from 'bun:test';
import { createIbkr } from '../../src/engine/shell/ibkr/ibkr.ts';
import { brokerContract } from '../../src/engine/testing/broker-contract.ts';
import { feedContract } from '../../src/engine/testing/feed-contract.ts';
import { TEN_O_CLOCK } from '../support/tiny-market.ts';
import { call, ticket } from './ibkr-harness.ts';
import { startServer, stopEverything } from './tws-harness.ts';

afterEach(stopEverything);

const open = async () => {
  const { server } = await startServer();
  return createIbkr({
    host: '127.0.0.1',
    port: server.port,
    clientId: 7,
    symbols: [{ symbol: 'AMZN', kind: 'stock', exchange: 'SMART', depth: true, trades: true, options: false }],
    clock: { now: () => TEN_O_CLOCK },
    log: () => {},
  });
};

describe('TWS as a feed', () => {
  feedContract(async () => {
    const ibkr = await open();
    return { feed: ibkr.feed, begin: () => ibkr.broker.start(() => {}, new Map()), option: call, close: ibkr.stop };
  });
});

describe('TWS as a broker', () => {
  brokerContract(async () => {
    const ibkr = await open();
    return {
      broker: ibkr.broker,
      begin: () => ibkr.feed.start(() => {}),
      resting: (clientOrderId) => ticket(clientOrderId, { limitPrice: 1 }),
      close: ibkr.stop,
    };
  });
});
