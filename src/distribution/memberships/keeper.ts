import type { Db } from '../../db/client.ts';
import {
  type ClaimedSeat,
  claimChatActs,
  claimChatLooks,
  forgetChatSeats,
  holdChatAct,
  settleChatAct,
  settleChatLook,
} from '../../db/queries/chat/seats.ts';
import type { Bus } from '../../engine/index.ts';
import { repeat } from '../repeat.ts';
import { afterLook, performAct } from './perform.ts';
import type { ChatVendor } from './vendor.ts';

export interface KeeperOptions {
  readonly db: Db;
  readonly bus: Bus;
  readonly vendors: readonly ChatVendor[];
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
  /** Access that ends by the clock is noticed after this long at most; every other change is hinted. */
  readonly pollMs?: number;
  /** Between two looks at one vendor. */
  readonly lookPauseMs?: number;
  /** A seat is looked at no more often than this. */
  readonly lookEveryMs?: number;
  readonly leaseMs?: number;
}

export interface Keeper {
  stop(): Promise<void>;
}

/** Acts under way with one vendor at a time: a slow one holds nobody up. */
const SLOTS = 8;
/** What a node that died was at is done again after this long; one that lives holds on to it. */
const LEASE_MS = 5_000;
const POLL_MS = 1_000;
const LOOK_PAUSE_MS = 500;
const LOOK_EVERY_MS = 600_000;

const CAUSES = { admit: 'access to this room', remove: 'no access to this room' } as const;

type ClaimedAct = ClaimedSeat & { readonly act: 'admit' | 'remove' };

/** Puts one vendor's rooms in order, act by act; every node may run one, for an act is claimed before it is made. */
const keepRooms = ({ db, log, pollMs = POLL_MS, leaseMs = LEASE_MS }: KeeperOptions, vendor: ChatVendor) => {
  const underWay = new Set<Promise<void>>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  /** As long as the vendor says, and no longer. */
  const wakeIn = (waitMs: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      loop.wake();
    }, waitMs + 1);
    timers.add(timer);
  };
  const act = async (seat: ClaimedAct): Promise<void> => {
    const holding = setInterval(() => {
      // Not held, it may be done twice, which harms nothing.
      holdChatAct(db, seat, leaseMs).catch(() => undefined);
    }, leaseMs / 3);
    const { state, problem } = await performAct(vendor, seat).finally(() => clearInterval(holding));
    if (problem) log('warn', `${vendor.name}: could not ${seat.act}`, { room: seat.room, problem: problem.words });
    // Not written, the seat stays leased and is acted on again.
    await settleChatAct(db, seat, { state, problem, cause: CAUSES[seat.act] });
    if (problem && problem.tryAfterMs < pollMs) wakeIn(problem.tryAfterMs);
  };
  const pass = async (): Promise<number> => {
    const free = SLOTS - underWay.size;
    if (free <= 0) return pollMs;
    const claimed = await claimChatActs(db, vendor.name, { limit: free, leaseMs });
    for (const seat of claimed) {
      const doing = act(seat)
        .catch((error: unknown) => log('error', `${vendor.name}: an act's outcome was not written`, { error }))
        .finally(() => {
          underWay.delete(doing);
          loop.wake();
        });
      underWay.add(doing);
    }
    return pollMs;
  };
  const loop = repeat(
    pass,
    (error) => log('error', `keeping ${vendor.name}'s rooms stumbled; trying again`, { error }),
    pollMs,
  );
  return {
    wake: loop.wake,
    stop: async () => {
      await loop.stop();
      await Promise.all(underWay);
      for (const timer of timers) clearTimeout(timer);
    },
  };
};

/** Looks at the vendor, seat by seat, for what people changed there without us. */
const keepLooking = (
  { db, log, lookPauseMs = LOOK_PAUSE_MS, lookEveryMs = LOOK_EVERY_MS }: KeeperOptions,
  vendor: ChatVendor,
  changed: () => void,
) => {
  const pass = async (): Promise<number> => {
    const [seat] = await claimChatLooks(db, vendor.name, { limit: 1, everyMs: lookEveryMs });
    if (!seat) return Math.max(lookPauseMs, Math.min(lookEveryMs / 10, 5_000));
    const state = afterLook(seat.from, await vendor.look(seat));
    if (state !== null && (await settleChatLook(db, seat, state))) changed();
    return lookPauseMs;
  };
  return repeat(pass, (error) => log('error', `looking at ${vendor.name} stumbled; trying again`, { error }), 1_000);
};

const FORGET_EVERY_MS = 5_000;

/**
 * Keeps the vendors' rooms as `chat_membership_plan` says: whoever has access is let in, whoever has not is put out,
 * within two seconds of the change while the vendor answers. A vendor's silence never costs a member their seat.
 */
export const startKeeper = (options: KeeperOptions): Keeper => {
  const { db, bus, vendors, log } = options;
  const rooms = vendors.map((vendor) => keepRooms(options, vendor));
  const looks = vendors.map((vendor, at) => keepLooking(options, vendor, () => rooms[at]?.wake()));
  const forgetting = repeat(
    async () => {
      await forgetChatSeats(db);
      return FORGET_EVERY_MS;
    },
    (error) => log('error', 'forgetting who has left stumbled; trying again', { error }),
    FORGET_EVERY_MS,
  );
  const unsubscribe = bus.subscribe('access.changed', () => {
    for (const room of rooms) room.wake();
  });
  for (const each of [...rooms, ...looks, forgetting]) each.wake();
  return {
    async stop() {
      unsubscribe();
      await Promise.all([...rooms, ...looks, forgetting].map((each) => each.stop()));
    },
  };
};
