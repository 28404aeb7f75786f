import type { BrokerOrder, BrokerOrderStatus, BrokerPosition } from '../core/inputs.ts';
import type { OrderTicket, Output } from '../core/outputs.ts';
import { type ClientOrderId, instant, type UsdMicros } from '../core/types.ts';
import { booksView } from '../core/view-of.ts';
import {
  command,
  createWorld,
  feed,
  goLive,
  optionOf,
  quoteOption,
  rally,
  refresh,
  report,
  restart,
  type World,
  wait,
} from './world.ts';

/**
 * Scenario tables: one action per line, then the outputs it must have, each after `>`; an action's outputs are compared
 * whole. Orders are named by purpose in the order of placing: E1, S1, S2, X1. Actions are in `ACTIONS` below.
 */
interface Play {
  world: World;
  /** Name to the latest ticket. */
  readonly tickets: Map<string, OrderTicket>;
  readonly names: Map<string, string>;
  executions: number;
}

const LETTER = { entry: 'E', 'protective-stop': 'S', exit: 'X' } as const;

const nameTicket = (play: Play, ticket: OrderTicket): string => {
  let name = play.names.get(ticket.clientOrderId);
  if (name === undefined) {
    const letter = LETTER[ticket.purpose];
    name = `${letter}${[...play.tickets.keys()].filter((known) => known.startsWith(letter)).length + 1}`;
    play.names.set(ticket.clientOrderId, name);
  }
  play.tickets.set(name, ticket);
  return name;
};

const money = (price: number | null): string => (price === null ? '-' : price.toFixed(2));

const render = (play: Play, output: Output): string => {
  switch (output.kind) {
    case 'order.place': {
      const { ticket } = output;
      const price = ticket.limitPrice ?? ticket.stopPrice;
      const group = ticket.ocaGroup === null ? '' : ` oca${ticket.ocaGroup.slice(ticket.signalId.length)}`;
      return `place ${nameTicket(play, ticket)} ${ticket.side} ${ticket.quantity} ${ticket.type} ${money(price)}${group}`;
    }
    case 'order.change':
      return `change ${nameTicket(play, output.ticket)} ${output.ticket.quantity} ${money(output.ticket.stopPrice)} ${output.reason}`;
    case 'order.cancel':
      return `cancel ${play.names.get(output.clientOrderId)} ${output.reason}`;
    case 'signal.told': {
      const { change, update, outcome, quantity, entryPrice, stopPrice, exitPrice, returnPercent } = output.signal;
      if (change === 'closed') return `closed ${outcome} ${money(exitPrice)} ${returnPercent ?? '-'}`;
      return `${change}${update === null ? '' : ` ${update}`} ${quantity} @ ${money(entryPrice)} stop ${money(stopPrice)}`;
    }
    case 'stop.moved':
      return `stop ${money(output.from)} to ${money(output.to)} ${output.rung}`;
    case 'position.changed':
      return `position ${output.quantity} @ ${money(output.averagePrice)} realised ${money(output.realisedMicros / 1e6)}`;
    case 'signal.refused':
      return `refused ${output.denials.map(({ code }) => code).join(' ')}`;
    case 'contract.watch':
    case 'contract.unwatch':
      return `${output.kind.slice(9)} ${output.contract.right}${output.contract.strike}`;
    case 'forecast.recorded':
      return `forecasts ${output.news.symbol}`;
    case 'anomaly.seen':
      return `anomaly ${output.name}`;
    case 'kill.engaged':
    case 'kill.released':
      return `${output.kind} ${output.by}: ${output.reason}`;
    case 'mode.changed':
      return `mode ${output.mode}`;
    case 'evidence.ask':
      return `ask ${output.reason}`;
    case 'kill.flat':
      return 'kill.flat';
  }
};

const ticketOf = (play: Play, name: string | undefined): OrderTicket => {
  const ticket = play.tickets.get(name ?? '');
  if (!ticket) throw new Error(`scenario: no order ${name}; known: ${[...play.tickets.keys()].join(', ')}`);
  return ticket;
};

const brokerOrder = (play: Play, name: string, status: BrokerOrderStatus): BrokerOrder => {
  const ticket = ticketOf(play, name);
  const number = 100 + [...play.tickets.keys()].indexOf(name);
  return {
    clientOrderId: ticket.clientOrderId,
    brokerOrderId: number,
    permId: number + 9000,
    contractId: ticket.contract.id,
    side: ticket.side,
    orderType: ticket.type,
    quantity: ticket.quantity,
    limitPrice: ticket.limitPrice,
    stopPrice: ticket.stopPrice,
    status,
  };
};

const execution = (play: Play, name: string, quantity: number, price: number, id: string | undefined) => {
  const ticket = ticketOf(play, name);
  play.executions += 1;
  const { brokerOrderId, permId } = brokerOrder(play, name, 'Submitted');
  return {
    executionId: id ?? `x${play.executions}.01`,
    clientOrderId: ticket.clientOrderId,
    brokerOrderId,
    permId,
    contractId: ticket.contract.id,
    side: ticket.side,
    quantity,
    price,
    at: play.world.at,
  };
};

const positions = (play: Play, quantity: number): BrokerPosition[] => {
  if (quantity === 0) return [];
  const { contract } = ticketOf(play, 'E1');
  const held = { account: 'DU1', contractId: contract.id, symbol: 'SPY', quantity, averagePrice: 2 };
  return [held];
};

type Action = (play: Play, words: readonly string[]) => readonly Output[];

const number = (word: string | undefined): number => {
  const value = Number(word);
  if (word === undefined || Number.isNaN(value)) throw new Error(`scenario: ${word} is not a number`);
  return value;
};

/** `name=quantity@stop` changes what the broker says it holds. */
const openOrders = (play: Play, words: readonly string[]): BrokerOrder[] =>
  words.map((word) => {
    const [name = '', held] = word.split('=');
    const order = brokerOrder(play, name, 'Submitted');
    const [quantity, stop] = (held ?? '').split('@');
    return held === undefined ? order : { ...order, quantity: number(quantity), stopPrice: number(stop) };
  });

const ACTIONS: Readonly<Record<string, Action>> = {
  /** Feeds live, broker in sync, equity in dollars. */
  live: ({ world }, [equity]) => {
    goLive(world, number(equity ?? '100000'));
    return [];
  },
  /** SPY rises towards its gamma strike. */
  rally: ({ world }) => rally(world),
  refresh: ({ world }, [mid]) => refresh(world, number(mid)),
  /** The option's quote: bid, ask. */
  option: ({ world }, [bid, ask]) => {
    const contract =
      world.state.symbols.get('SPY')?.candidate?.contract ?? [...world.state.trading.trades.values()].at(-1)?.contract;
    if (!contract) throw new Error('scenario: no option is watched');
    return quoteOption(world, contract, number(bid), number(ask));
  },
  /** The quote of a contract named like `C600`, watched or not. */
  'option-of': ({ world }, [name = '', bid, ask]) =>
    quoteOption(world, optionOf(name.startsWith('C') ? 'C' : 'P', number(name.slice(1))), number(bid), number(ask)),
  wait: ({ world }, [seconds]) => wait(world, number(seconds) * 1000),
  /** New York time of day. */
  until: ({ world }, [time]) => {
    const [hour, minute] = (time ?? '').split(':');
    world.at = instant(Date.UTC(2026, 7, 20, number(hour) + 4, number(minute)));
    return feed(world, { kind: 'timer.fired' });
  },
  sent: (play, [name = '']) =>
    report(play.world, {
      kind: 'order-sent',
      clientOrderId: ticketOf(play, name).clientOrderId,
      brokerOrderId: brokerOrder(play, name, 'Submitted').brokerOrderId,
    }),
  status: (play, [name = '', status]) =>
    report(play.world, {
      kind: 'order-status',
      order: brokerOrder(play, name, status as BrokerOrderStatus),
      filled: 0,
      remaining: 0,
    }),
  /** Order, quantity, price, execution id. */
  exec: (play, [name = '', quantity, price, id]) =>
    report(play.world, { kind: 'executed', execution: execution(play, name, number(quantity), number(price), id) }),
  commission: ({ world }, [id = '', dollars]) =>
    report(world, { kind: 'commission', executionId: id, commission: Math.round(number(dollars) * 1e6) as UsdMicros }),
  refused: (play, [name, code]) =>
    report(play.world, {
      kind: 'order-refused',
      clientOrderId: ticketOf(play, name).clientOrderId,
      code: number(code),
      message: 'no',
    }),
  unknown: (play, [name]) =>
    report(play.world, { kind: 'order-unknown', clientOrderId: ticketOf(play, name).clientOrderId, reason: 'timeout' }),
  disconnect: ({ world }) => report(world, { kind: 'disconnected', reason: 'socket' }),
  connect: ({ world }) => report(world, { kind: 'connected', account: 'DU1' }),
  /** Broker's quantity, then the orders it still works. */
  sync: (play, [quantity, ...names]) =>
    report(play.world, {
      kind: 'synced',
      openOrders: openOrders(play, names),
      executions: [],
      positions: positions(play, number(quantity)),
    }),
  /** The same with one execution in the answer: quantity held, order, quantity, price, id, then open orders. */
  'sync-exec': (play, [held, name = '', quantity, price, id, ...names]) =>
    report(play.world, {
      kind: 'synced',
      openOrders: openOrders(play, names),
      executions: [execution(play, name, number(quantity), number(price), id)],
      positions: positions(play, number(held)),
    }),
  positions: (play, [quantity]) =>
    report(play.world, { kind: 'positions', positions: positions(play, number(quantity)) }),
  /** A sale of our contract that no order of ours made. */
  'sold-by-hand': (play, [quantity, price, id]) =>
    report(play.world, {
      kind: 'executed',
      execution: {
        ...execution(play, 'E1', number(quantity), number(price), id),
        clientOrderId: null as ClientOrderId | null,
        permId: 0,
        side: 'SELL',
      },
    }),
  kill: ({ world }) => command(world, { kind: 'kill' }),
  rearm: ({ world }) => command(world, { kind: 'rearm' }),
  mode: ({ world }, [mode]) => command(world, { kind: 'set-mode', mode: mode === 'manual' ? 'manual' : 'automatic' }),
  /** Crash and recovery from the ledger; the broker is not connected yet. */
  restart: ({ world }) => {
    restart(world);
    return [];
  },
};

/** What must hold after every line: one stop for exactly what is held, unless an exit works; nothing else rests to sell. */
const checkProtection = (play: Play, line: string): void => {
  const { state } = play.world;
  if (!state.broker.synced) return;
  const { orders, positions } = booksView(state);
  for (const position of positions) {
    const exiting = orders.some(({ purpose }) => purpose === 'exit');
    if (!exiting && position.stopQuantity !== Math.max(0, position.quantity)) {
      throw new Error(`after "${line}": ${position.quantity} held, ${position.stopQuantity} under a stop`);
    }
  }
};

/** Plays a table; returns it as it should read, so that one comparison shows every difference. */
export const playScenario = (table: string): { readonly expected: string; readonly played: string } => {
  const play: Play = { world: createWorld(), tickets: new Map(), names: new Map(), executions: 0 };
  const lines = table
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const played: string[] = [];
  for (const line of lines) {
    if (line.startsWith('>')) continue;
    const [verb = '', ...words] = line.split(/\s+/);
    const action = ACTIONS[verb];
    if (!action) throw new Error(`scenario: no action ${verb}; known: ${Object.keys(ACTIONS).join(', ')}`);
    played.push(line, ...action(play, words).map((output) => `> ${render(play, output)}`));
    checkProtection(play, line);
  }
  return { expected: lines.join('\n'), played: played.join('\n') };
};
