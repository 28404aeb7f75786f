export type FeedName = 'quotes' | 'depth' | 'ticks' | 'bars';

/** How a garbled message differs from a sound one. */
export type GarbleWay = 'not-a-number' | 'missing-field' | 'extra-field' | 'wrong-version';
export type SchemaChange = 'field-more' | 'field-less' | 'other-type';

/** Ways this server can be told to misbehave. Plain data, so that a test, a drill or a page can send it. See {@link FAULT_TABLE}. */
export type Fault =
  | {
      readonly kind: 'drop-connection';
      readonly clientId?: number | undefined;
      readonly how?: 'reset' | 'close' | undefined;
    }
  | { readonly kind: 'half-open'; readonly clientId?: number | undefined }
  | { readonly kind: 'heal-half-open' }
  | { readonly kind: 'freeze' }
  | { readonly kind: 'thaw' }
  | { readonly kind: 'restart'; readonly downMs: number; readonly rollBackBy: number }
  | {
      readonly kind: 'schedule-restart';
      readonly enabled: boolean;
      readonly downMs: number;
      readonly rollBackBy: number;
    }
  | {
      readonly kind: 'throttle';
      readonly bytesPerSecond: number | null;
      readonly messagesPerSecond: number | null;
      readonly requestsPerSecond: number | null;
    }
  | { readonly kind: 'delay-acks'; readonly delayMs: number }
  | { readonly kind: 'strict-pacing'; readonly enabled: boolean }
  | { readonly kind: 'swallow-next-order' }
  | { readonly kind: 'reject-next-order'; readonly code: number; readonly text: string }
  | { readonly kind: 'split-next-fill'; readonly parts: number }
  | { readonly kind: 'duplicate-executions'; readonly enabled: boolean }
  | { readonly kind: 'correct-execution'; readonly execId: string; readonly price: number }
  | { readonly kind: 'roll-back-next-valid-id'; readonly by: number }
  | { readonly kind: 'read-only'; readonly enabled: boolean }
  | { readonly kind: 'unknown-message' }
  | { readonly kind: 'truncate-frame' }
  | { readonly kind: 'garble-next-price' }
  | {
      readonly kind: 'garble';
      readonly rate: number;
      readonly seed: number;
      readonly ways?: readonly GarbleWay[] | undefined;
    }
  | { readonly kind: 'change-schema'; readonly message: number; readonly change: SchemaChange; readonly field: number }
  | { readonly kind: 'restore-schema' }
  | { readonly kind: 'farm-notice'; readonly code: 2103 | 2104 | 2105 | 2106 | 2108 }
  | { readonly kind: 'lose-connectivity' }
  | { readonly kind: 'restore-connectivity'; readonly dataKept: boolean }
  | { readonly kind: 'competing-session'; readonly active: boolean }
  | { readonly kind: 'no-permission'; readonly symbols: readonly string[]; readonly delayedOffered: boolean }
  | {
      readonly kind: 'silence-feed';
      readonly feed: FeedName;
      readonly silent: boolean;
      readonly symbol?: string | undefined;
    }
  | { readonly kind: 'delay-data'; readonly delayMs: number; readonly jitterMs: number; readonly seed: number }
  | { readonly kind: 'duplicate-data'; readonly rate: number; readonly seed: number }
  | { readonly kind: 'reorder-data'; readonly window: number; readonly seed: number }
  | { readonly kind: 'reset-depth' }
  | { readonly kind: 'clear' };

export type FaultKind = Fault['kind'];

/** What a fault does at the wire and how it ends. Times are market time unless they say wall time. */
export const FAULT_TABLE: Readonly<Record<FaultKind, { readonly atTheWire: string; readonly ends: string }>> = {
  'drop-connection': {
    atTheWire: "Cuts connections, one client's or all: by RST, or after what was written by FIN (how: close).",
    ends: 'At once; clients may connect again.',
  },
  'half-open': {
    atTheWire:
      'Connections stay up but nothing is read from them nor sent, no FIN, no RST: one client, or all and new ones too.',
    ends: 'heal-half-open: what was held goes out and what the client wrote is read; one whose backlog overflowed is reset.',
  },
  'heal-half-open': { atTheWire: 'Ends half-open.', ends: 'Ends something itself.' },
  freeze: {
    atTheWire: 'Reads and acts on requests but sends nothing; a backlog of 8 MB cuts the client off.',
    ends: 'thaw: what was held goes out.',
  },
  thaw: { atTheWire: 'Ends freeze.', ends: 'Ends something itself.' },
  restart: {
    atTheWire:
      'Notice 1100, every connection closed, the port closed for downMs of market time; then up again on the same port, the account as it was, each client told a next order id that much too low once.',
    ends: 'By itself after downMs.',
  },
  'schedule-restart': {
    atTheWire: "A restart whenever market time passes 23:45 in the gateway's own time zone, also by leaping over it.",
    ends: 'enabled: false.',
  },
  throttle: {
    atTheWire:
      'Each connection is sent at most so many bytes or messages a second of wall time, the rest waits (up to the backlog); requests beyond requestsPerSecond are refused with 100.',
    ends: 'All three null.',
  },
  'delay-acks': {
    atTheWire: 'Order messages arrive that much later (wall time), in their order.',
    ends: 'delayMs 0.',
  },
  'strict-pacing': {
    atTheWire: 'Historical requests of every bar size are held to the limits of small bars: what breaks them gets 162.',
    ends: 'enabled: false.',
  },
  'swallow-next-order': {
    atTheWire: 'The next order is taken and worked; its client hears nothing of it and is reset.',
    ends: 'After one order.',
  },
  'reject-next-order': { atTheWire: 'The next order is refused with this code and text.', ends: 'After one order.' },
  'split-next-fill': {
    atTheWire: 'The next order that would trade does so in this many parts, one per quote.',
    ends: 'When that order is filled.',
  },
  'duplicate-executions': {
    atTheWire: 'Every execution and commission report is sent twice, under one execution id.',
    ends: 'enabled: false.',
  },
  'correct-execution': {
    atTheWire: 'An execution comes again with another price; its id is the same but for the number after the last dot.',
    ends: 'Never: a correction stays.',
  },
  'roll-back-next-valid-id': {
    atTheWire: 'The next connection is told an order id that much too low; orders under used ids get 103.',
    ends: 'After one connection.',
  },
  'read-only': {
    atTheWire: 'Orders, changes and cancellations are refused with 321, as by a gateway in Read-Only mode.',
    ends: 'enabled: false.',
  },
  'unknown-message': { atTheWire: 'Everybody is sent one message of a number that no client knows.', ends: 'At once.' },
  'truncate-frame': {
    atTheWire: 'Everybody is sent the first bytes of a frame, then the end of the connection.',
    ends: 'At once; clients may connect again.',
  },
  'garble-next-price': { atTheWire: "The next quote's price is `x1.2.3`.", ends: 'After one tick.' },
  garble: {
    atTheWire:
      'Market data messages are spoilt at this rate: a field that is not a number, one field less, one more, or another version or request number (ways; all by default).',
    ends: 'rate 0.',
  },
  'change-schema': {
    atTheWire:
      'From now on every message of this number has one field more or less at that place (0 is the message number, so 1 at least), or text where a number was.',
    ends: 'restore-schema.',
  },
  'restore-schema': { atTheWire: 'Ends change-schema for every message.', ends: 'Ends something itself.' },
  'farm-notice': {
    atTheWire: 'The notice alone; 2103 also stops quotes, 2104 lets them go on.',
    ends: '2104 ends 2103.',
  },
  'lose-connectivity': {
    atTheWire: 'Notice 1100; then no market data and no order messages, while orders go on working at the exchange.',
    ends: 'restore-connectivity.',
  },
  'restore-connectivity': {
    atTheWire:
      '1101 (every data subscription is forgotten) or 1102 (kept, books are reset with 317); order messages of the gap are not repeated.',
    ends: 'Ends something itself.',
  },
  'competing-session': {
    atTheWire: 'Error 10197 for every market data request, open or new, and no market data.',
    ends: 'active: false: quotes go on from where they are, books are reset with 317.',
  },
  'no-permission': {
    atTheWire:
      'Requests for these symbols get 354 (or 10089 where delayed data is offered); with market data type 3 or 4 they get 10167 and delayed data, or 10168. Open lines end with the same error.',
    ends: 'symbols empty; lines must be asked for again.',
  },
  'silence-feed': {
    atTheWire: 'One feed, of one symbol or of all, says nothing more, without a word of why.',
    ends: 'silent: false for the same symbol: quotes go on from where they are, books are reset with 317.',
  },
  'delay-data': {
    atTheWire: 'All market data arrives delayMs plus up to jitterMs late, in its order.',
    ends: 'delayMs and jitterMs 0: what was held goes out.',
  },
  'duplicate-data': { atTheWire: 'Market data messages are sent twice at this rate.', ends: 'rate 0.' },
  'reorder-data': {
    atTheWire: 'Market data messages are shuffled within runs of this many (and within a tick of the server).',
    ends: 'window 1: what was held goes out.',
  },
  'reset-depth': { atTheWire: '317: the client must empty its books; they are sent anew.', ends: 'At once.' },
  clear: { atTheWire: 'Ends every fault that lasts; what was held goes out.', ends: 'Ends something itself.' },
};
