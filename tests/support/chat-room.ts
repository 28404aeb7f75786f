import type {
  Admission,
  ChatVendor,
  ChatVendorName,
  Removal,
  Room,
  Seat,
  Sighting,
} from '../../src/distribution/memberships/vendor.ts';

export type Act = 'admit' | 'remove' | 'look';

/** What the next act meets: `after` says whether the vendor did it before the answer went wrong. */
export interface Trouble {
  readonly kind: 'refused' | 'not-now' | 'unknown' | 'throw';
  readonly after?: boolean;
  readonly retryAfterMs?: number;
}

/** A vendor of one's own: the rooms as they truly are, and who is not at the vendor's place at all. */
export interface PuppetVendor extends ChatVendor {
  readonly rooms: Readonly<Record<Room, Set<string>>>;
  readonly absent: Set<string>;
  readonly acts: { readonly act: Act; readonly seat: Seat; readonly atMs: number }[];
  /** Taken by acts of that kind, one each. */
  readonly troubles: { readonly act: Act; readonly trouble: Trouble }[];
  /** Acts wait for it, when set. */
  hold: Promise<void> | null;
  /** Whether letting in is asking to come (Telegram) or being put in (Discord). */
  invites: boolean;
}

export const createPuppetVendor = (name: ChatVendorName): PuppetVendor => {
  const rooms = { premium: new Set<string>(), basic: new Set<string>() };
  const absent = new Set<string>();
  const acts: PuppetVendor['acts'] = [];
  const troubles: PuppetVendor['troubles'] = [];
  const play = async <T>(act: Act, seat: Seat, work: () => T): Promise<T | Exclude<Admission, { kind: 'inside' }>> => {
    acts.push({ act, seat, atMs: performance.now() });
    if (vendor.hold) await vendor.hold;
    const at = troubles.findIndex((each) => each.act === act);
    const trouble = at < 0 ? null : (troubles.splice(at, 1)[0]?.trouble ?? null);
    if (trouble === null) return work();
    if (trouble.after) work();
    if (trouble.kind === 'throw') throw new TypeError('puppet');
    const problem = `puppet: ${trouble.kind}`;
    return trouble.kind === 'not-now'
      ? { kind: 'not-now', problem, retryAfterMs: trouble.retryAfterMs ?? null }
      : { kind: trouble.kind, problem };
  };
  const vendor: PuppetVendor = {
    name,
    rooms,
    absent,
    acts,
    troubles,
    hold: null,
    invites: false,
    admit: (seat) =>
      play<Admission>('admit', seat, () => {
        if (rooms[seat.room].has(seat.chatUserId)) return { kind: 'inside' };
        if (absent.has(seat.chatUserId)) return { kind: 'absent' };
        if (vendor.invites) return { kind: 'invited' };
        rooms[seat.room].add(seat.chatUserId);
        return { kind: 'inside' };
      }) as Promise<Admission>,
    remove: (seat) =>
      play<Removal>('remove', seat, () => {
        rooms[seat.room].delete(seat.chatUserId);
        return { kind: 'outside' };
      }) as Promise<Removal>,
    look: (seat) =>
      play<Sighting>('look', seat, () => {
        if (rooms[seat.room].has(seat.chatUserId)) return { kind: 'inside' };
        return { kind: absent.has(seat.chatUserId) || vendor.invites ? 'absent' : 'outside' };
      }) as Promise<Sighting>,
  };
  return vendor;
};
