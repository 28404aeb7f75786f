import type { SeatState } from '../../db/queries/chat/links.ts';
import type { ClaimedSeat } from '../../db/queries/chat/seats.ts';
import type { ActProblem, Admission, ChatVendor, Removal, Sighting } from './vendor.ts';

/** What is to be written of an act: where the seat stands now, and when to try again if it did not go well. */
export interface Outcome {
  readonly state: SeatState;
  readonly problem: { readonly words: string; readonly tryAfterMs: number } | null;
}

const doubling = (firstMs: number, failures: number, mostMs: number): number =>
  Math.min(mostMs, firstMs * 2 ** Math.min(failures, 16));

/** Somebody who may not be let in waits longer than somebody who must be put out. */
const REFUSED = { admit: { firstMs: 5_000, mostMs: 300_000 }, remove: { firstMs: 2_000, mostMs: 60_000 } } as const;
const UNKNOWN = { firstMs: 250, mostMs: 30_000 } as const;
const NOT_NOW_MS = 500;

const afterProblem = (act: 'admit' | 'remove', seat: ClaimedSeat, problem: ActProblem): Outcome => {
  const words = problem.problem;
  switch (problem.kind) {
    case 'refused': {
      const { firstMs, mostMs } = REFUSED[act];
      return { state: seat.from, problem: { words, tryAfterMs: doubling(firstMs, seat.failures, mostMs) } };
    }
    case 'not-now':
      return { state: seat.from, problem: { words, tryAfterMs: problem.retryAfterMs ?? NOT_NOW_MS } };
    case 'unknown': {
      const tryAfterMs = doubling(UNKNOWN.firstMs, seat.failures, UNKNOWN.mostMs);
      return { state: act === 'admit' ? 'admitting' : 'removing', problem: { words, tryAfterMs } };
    }
  }
};

const afterAdmission = (seat: ClaimedSeat, admission: Admission): Outcome => {
  switch (admission.kind) {
    case 'inside':
    case 'invited':
      return { state: admission.kind, problem: null };
    case 'absent':
      return { state: 'left', problem: null };
    default:
      return afterProblem('admit', seat, admission);
  }
};

const afterRemoval = (seat: ClaimedSeat, removal: Removal): Outcome =>
  removal.kind === 'outside' ? { state: 'outside', problem: null } : afterProblem('remove', seat, removal);

/** Asks the vendor for one act. A vendor that breaks its word and throws may have done it. */
export const performAct = async (
  vendor: ChatVendor,
  seat: ClaimedSeat & { readonly act: 'admit' | 'remove' },
): Promise<Outcome> => {
  try {
    return seat.act === 'admit'
      ? afterAdmission(seat, await vendor.admit(seat))
      : afterRemoval(seat, await vendor.remove(seat));
  } catch (error) {
    return afterProblem(seat.act, seat, { kind: 'unknown', problem: (error as Error).name });
  }
};

/** Where a seat stands after a look; null when the look says nothing new, or nothing at all. */
export const afterLook = (from: SeatState, sighting: Sighting): SeatState | null => {
  switch (sighting.kind) {
    case 'inside':
      return from === 'inside' ? null : 'inside';
    case 'outside':
      return from === 'inside' || from === 'left' ? 'outside' : null;
    case 'absent':
      return from === 'inside' ? 'left' : null;
    default:
      return null;
  }
};
