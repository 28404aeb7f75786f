import { connect as connectSocket, type Socket } from 'node:net';

/**
 * A client of nothing but bytes, read by no vendor library: the protocol's framing as IBKR describes it. Every message
 * is a list of its fields, the message number first.
 */
export interface RawClient {
  readonly socket: Socket;
  readonly messages: string[][];
  /** All bytes received so far. */
  bytes(): Buffer;
  isClosed(): boolean;
  /** Waits until it is true; throws with what was heard when it never becomes so. */
  until(what: string, found: () => boolean, timeoutMs?: number): Promise<void>;
  send(...fields: (string | number)[]): void;
  /** Messages of that number, past the first `from`. */
  of(id: number, from?: number): string[][];
  /** Asks for the time and waits for the answer: everything asked or told before has arrived then. */
  settle(): Promise<void>;
}

const open: Socket[] = [];

export const closeRawClients = (): void => {
  for (const socket of open.splice(0)) socket.destroy();
};

export const frame = (...fields: (string | number)[]): Buffer => {
  const payload = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, payload]);
};

export const hello = (versions: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(versions.length);
  return Buffer.concat([Buffer.from('API\0'), length, Buffer.from(versions)]);
};

const CURRENT_TIME = '49';

/** Connects the socket and says nothing yet. */
export const rawClient = async (port: number): Promise<RawClient> => {
  const messages: string[][] = [];
  const chunks: Buffer[] = [];
  let pending = Buffer.alloc(0);
  let closed = false;
  const socket = connectSocket(port, '127.0.0.1');
  open.push(socket);
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  socket.on('data', (bytes: Buffer) => {
    chunks.push(bytes);
    pending = Buffer.concat([pending, bytes]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32BE()) {
      const end = 4 + pending.readUInt32BE();
      const text = pending.subarray(4, end).toString('latin1');
      if (!text.endsWith('\0')) throw new Error(`a message that does not end with NUL: ${JSON.stringify(text)}`);
      messages.push(text.slice(0, -1).split('\0'));
      pending = pending.subarray(end);
    }
  });
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  const until = async (what: string, found: () => boolean, timeoutMs = 15_000): Promise<void> => {
    const deadline = performance.now() + timeoutMs;
    while (!found() && performance.now() < deadline) await Bun.sleep(2);
    if (!found()) throw new Error(`never came: ${what}; heard ${JSON.stringify(messages).slice(-3_000)}`);
  };
  const of = (id: number, from = 0) => messages.slice(from).filter(([number]) => number === String(id));
  const send = (...fields: (string | number)[]): void => {
    socket.write(frame(...fields));
  };
  const settle = async (): Promise<void> => {
    const before = messages.filter(([id]) => id === CURRENT_TIME).length;
    send(CURRENT_TIME, 1);
    await until('the time', () => messages.filter(([id]) => id === CURRENT_TIME).length > before);
  };
  return { socket, messages, bytes: () => Buffer.concat(chunks), isClosed: () => closed, until, send, of, settle };
};

/** A client that has shaken hands at this version and started as this client id. */
export const startedClient = async (port: number, version = 200, clientId = 4): Promise<RawClient> => {
  const client = await rawClient(port);
  client.socket.write(hello(`v100..${version}`));
  await client.until('the version', () => client.messages.length === 1);
  client.send(71, 2, clientId, '');
  await client.until('the next id', () => client.messages.some(([id]) => id === '9'));
  return client;
};

/** Contract fields of requests: a stock, or the option every test trades. */
export const STOCK = ['', 'AMZN', 'STK', '', 0, '', '', 'SMART', '', 'USD', '', ''] as const;
export const OPTION = ['', 'SPX', 'OPT', '20220323', 4500, 'C', 100, 'SMART', '', 'USD', '', 'SPXW'] as const;

/** reqMktData, reqMktDepth, reqTickByTickData and reqRealTimeBars as every version since 146 writes them. */
export const marketData = (requestId: number, contract: readonly (string | number)[], generic = '') =>
  [1, 11, requestId, ...contract, 0, generic, 0, 0, ''] as const;
export const depthOf = (requestId: number, contract: readonly (string | number)[], rows = 5) =>
  [10, 5, requestId, ...contract, rows, 1, ''] as const;
export const tickByTick = (requestId: number, contract: readonly (string | number)[], type: string) =>
  [97, requestId, ...contract, type, 0, 0] as const;
export const historyOf = (
  requestId: number,
  contract: readonly (string | number)[],
  more: { end?: string; size?: string; duration?: string; what?: string; format?: number; keep?: number } = {},
) => {
  const { end = '', size = '1 min', duration = '1 D', what = 'TRADES', format = 2, keep = 0 } = more;
  return [20, requestId, ...contract, 0, end, size, duration, 1, what, format, keep, ''] as const;
};

/**
 * placeOrder at server version 200, the fields in the order of IBKR's `EClient.placeOrder`: what is not given is as a client
 * leaves it.
 */
export const orderOf = (
  orderId: number,
  contract: readonly (string | number)[],
  order: {
    action?: string;
    quantity?: number;
    type?: string;
    limit?: number | '';
    aux?: number | '';
    tif?: string;
    oca?: string;
    parent?: number;
    whatIf?: number;
    transmit?: number;
  },
): (string | number)[] => {
  const { action = 'BUY', quantity = 1, type = 'LMT', limit = '', aux = '', tif = 'DAY', oca = '' } = order;
  const { parent = 0, whatIf = 0, transmit = 1 } = order;
  const blank = (count: number) => Array.from({ length: count }, () => '');
  return [
    ...[
      3,
      orderId,
      ...contract,
      '',
      '',
      action,
      quantity,
      type,
      limit,
      aux,
      tif,
      oca,
      '',
      'O',
      0,
      '',
      transmit,
      parent,
    ],
    ...[0, 0, 0, 0, 0, 0], // blockOrder … hidden
    ...['', 0, '', '', '', '', '', ''], // sharesAllocation … modelCode
    ...[0, '', -1, 0, '', '', 0, '', '', 0, 0, ''], // shortSaleSlot … nbboPriceCap
    ...[0, '', '', '', '', '', 0, '', '', '', '', 0, ''], // auctionStrategy … referencePriceType
    ...['', '', '', '', '', '', '', ''], // trailStopPrice … activeStopTime
    ...['', 0, '', '', 0, 0, '', '', whatIf, '', 0, 0, 0], // hedgeType … randomizePrice
    0, // conditions
    ...['', '', '', '', '', '', 0], // adjustedOrderType … adjustableTrailingUnit
    ...['', '', '', '', '', '', '', '', 0, 0, 0], // extOperator … discretionaryUpToLimitPrice
    ...blank(6), // usePriceMgmtAlgo … manualOrderTime
    ...['', 0, 0, '', 0], // customerAccount … imbalanceOnly
  ];
};
