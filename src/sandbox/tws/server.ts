import type { MarketEvent, SandboxMarket } from '../market/types.ts';
import { DEFAULT_LIMITS, type Desk, type LineLimits } from './desk.ts';
import { Directory } from './directory.ts';
import { Exchange } from './exchange/exchange.ts';
import { DEFAULT_RULES, type ExchangeRules } from './exchange/rules.ts';
import { StateFile } from './exchange/state.ts';
import { Faults } from './faults.ts';
import { BarFeeds } from './feeds/bars.ts';
import { DepthFeeds } from './feeds/depth.ts';
import { QuoteFeeds } from './feeds/quotes.ts';
import { TickByTickFeeds } from './feeds/tick-by-tick.ts';
import { agreeOnVersion, HandshakeReader, startApi } from './handshake.ts';
import { accountRefresher, faultActions, forgetSubscriptions, orderReports } from './reports.ts';
import { dispatch } from './requests/dispatch.ts';
import { Session } from './session.ts';
import { splitFields } from './wire/frame.ts';

export interface TwsSandboxOptions {
  readonly market: SandboxMarket;
  /** 0 or absent lets the system choose. */
  readonly port?: number;
  /** Where the account is kept between starts; null or absent keeps it in memory. */
  readonly stateFolder?: string | null;
  readonly rules?: Partial<ExchangeRules>;
  readonly limits?: Partial<LineLimits>;
  readonly faults?: Faults;
  readonly log?: (line: string) => void;
  /** Bytes a client may leave unread before it is cut off. */
  readonly backlogBytesMax?: number;
  /** Wall time between looks at quotes that stand still, expiries and the end of the day. */
  readonly tickMs?: number;
}

export interface TwsSandbox {
  readonly port: number;
  readonly faults: Faults;
  readonly exchange: Exchange;
  stop(): void;
}

interface Connection {
  readonly session: Session;
  readonly handshake: HandshakeReader;
}

/** Starts the TWS API on loopback, driven by a sandbox market. Orders, account and ids survive in `stateFolder`. */
export const startTwsSandbox = async (options: TwsSandboxOptions): Promise<TwsSandbox> => {
  const { market } = options;
  const { desk, save } = openDesk(options);
  const { exchange, faults, sessions } = desk;
  let flushAsked = false;
  /** Saved before sent: what a client was told is never unknown after a kill. */
  const flush = (): void => {
    flushAsked = false;
    desk.quotes.publish();
    save();
    for (const session of sessions) session.flush();
  };
  const requestFlush = (): void => {
    if (flushAsked) return;
    flushAsked = true;
    setImmediate(flush);
  };
  faults.attach(faultActions(desk, requestFlush));
  const listener = listen(desk, options, flush, requestFlush);
  const stopListening = market.listen((event) => {
    onMarketEvent(desk, event);
    requestFlush();
  });
  const refreshAccounts = accountRefresher();
  const ticker = setInterval(() => {
    exchange.tick();
    desk.bars.tick();
    refreshAccounts(desk);
    for (const instrument of market.instruments()) if (instrument.hasOptions) desk.quotes.touch(instrument.symbol);
    requestFlush();
  }, options.tickMs ?? 100);
  return {
    port: listener.port,
    faults,
    exchange,
    stop: () => {
      clearInterval(ticker);
      stopListening();
      save();
      for (const session of [...sessions]) session.close(true);
      listener.stop(true);
    },
  };
};

const openDesk = (options: TwsSandboxOptions): { desk: Desk; save: () => void } => {
  const { market } = options;
  const faults = options.faults ?? new Faults();
  const rules: ExchangeRules = { ...DEFAULT_RULES, ...options.rules };
  const stateFile = new StateFile(options.stateFolder ?? null, market, rules);
  const directory = new Directory(market);
  const listener = orderReports(() => desk);
  const exchange = new Exchange({ market, directory, rules, state: stateFile.load(), listener, faults });
  const desk: Desk = {
    market,
    directory,
    exchange,
    rules,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    faults,
    quotes: new QuoteFeeds(market, faults),
    depth: new DepthFeeds(market, faults),
    ticks: new TickByTickFeeds(market, faults),
    bars: new BarFeeds(market, faults),
    sessions: new Set(),
    log: options.log ?? (() => {}),
  };
  return {
    desk,
    save: () => {
      if (exchange.takeDirty()) stateFile.save(exchange.state);
    },
  };
};

const BACKLOG_BYTES_MAX = 8_388_608;

const listen = (desk: Desk, options: TwsSandboxOptions, flush: () => void, requestFlush: () => void) => {
  const forget = (session: Session): void => {
    desk.sessions.delete(session);
    forgetSubscriptions(desk, session);
  };
  return Bun.listen<Connection>({
    hostname: '127.0.0.1',
    port: options.port ?? 0,
    socket: {
      open: (socket) => {
        const transport = {
          write: (bytes: Uint8Array) => Math.max(0, socket.write(bytes)),
          close: (abruptly: boolean) => {
            if (abruptly) socket.terminate();
            else socket.end();
            forget(session);
          },
        };
        const backlogBytesMax = options.backlogBytesMax ?? BACKLOG_BYTES_MAX;
        const session = new Session(transport, desk.faults, backlogBytesMax, requestFlush);
        socket.data = { session, handshake: new HandshakeReader() };
        desk.sessions.add(session);
      },
      data: (socket, bytes) => {
        receive(desk, socket.data, bytes, flush);
        requestFlush();
      },
      drain: (socket) => socket.data.session.flush(),
      close: (socket) => {
        socket.data.session.closed = true;
        forget(socket.data.session);
      },
      error: (socket, error) => desk.log(`client ${socket.data.session.clientId}: ${error.message}`),
    },
  });
};

const onMarketEvent = (desk: Desk, event: MarketEvent): void => {
  const { symbol } = event;
  if (event.kind === 'depth') {
    desk.depth.moved(event);
    return;
  }
  if (event.kind === 'trade') {
    desk.ticks.traded(event);
    desk.bars.traded(event);
    desk.quotes.traded(symbol, event.price, event.size, event.at);
  } else if (event.kind === 'quote') {
    desk.ticks.quoted(symbol);
  } else if (event.kind === 'chain') {
    desk.quotes.publishModels(symbol);
  }
  desk.quotes.touch(symbol);
  desk.exchange.marketMoved(symbol);
};

const receive = (desk: Desk, { session, handshake }: Connection, bytes: Uint8Array, flush: () => void): void => {
  const framed = handshake.push(bytes);
  const frames = framed && session.reader.push(framed);
  if (!frames) {
    desk.log(`client ${session.clientId}: the stream is not the TWS API; closed`);
    session.close();
    return;
  }
  for (const frame of frames) {
    if (session.closed) return;
    if (!handle(desk, session, frame)) {
      flush();
      session.close();
      return;
    }
  }
};

/** One message in its turn: versions, START_API, then requests. False ends the connection. */
const handle = (desk: Desk, session: Session, frame: Buffer): boolean => {
  if (!session.handshakeDone) return agreeOnVersion(desk, session, frame.toString('latin1').replace(/\0$/, ''));
  const fields = splitFields(frame);
  if (session.clientId === null) return startApi(desk, session, fields);
  if (session.mayRequest(desk.limits.requestsPerSecond)) dispatch(desk, session, fields);
  else session.error(-1, 100, 'Max rate of messages per second has been exceeded:max=50 rec=51 (1)');
  return true;
};
