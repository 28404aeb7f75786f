import { createHash } from 'node:crypto';
import type { Db } from '../../db/client.ts';
import { countAttempts, forgetAttempts, sweepAttempts } from '../../db/queries/rate-limits.ts';

const QUARTER = 15 * 60;
const HOUR = 3_600;
const DAY = 24 * HOUR;

/** How often what may be tried. `…pair`: one account from one place; `…account`: from anywhere; `…address`: from one place. */
export const LIMITS = {
  'sign-in.pair': { attemptsMax: 10, windowSeconds: QUARTER },
  'sign-in.account': { attemptsMax: 100, windowSeconds: QUARTER },
  'sign-in.address': { attemptsMax: 300, windowSeconds: QUARTER },
  'sign-up.account': { attemptsMax: 5, windowSeconds: HOUR },
  'sign-up.address': { attemptsMax: 60, windowSeconds: HOUR },
  'verify.address': { attemptsMax: 60, windowSeconds: QUARTER },
  'resend.account': { attemptsMax: 4, windowSeconds: HOUR },
  'resend.address': { attemptsMax: 30, windowSeconds: HOUR },
  'reset.account': { attemptsMax: 4, windowSeconds: HOUR },
  'reset.address': { attemptsMax: 30, windowSeconds: HOUR },
  'second-factor.account': { attemptsMax: 10, windowSeconds: QUARTER },
  // Six digits, three steps: even a known password meets odds of one in thousands a day.
  'second-factor.day': { attemptsMax: 50, windowSeconds: DAY },
  'api.key': { attemptsMax: 60, windowSeconds: 60 },
  'api.stranger': { attemptsMax: 60, windowSeconds: QUARTER },
  // Each asks Stripe, and holds a connection meanwhile.
  'billing.account': { attemptsMax: 60, windowSeconds: QUARTER },
  // Each asks a chat's vendor, or leaves a link behind.
  'chats.account': { attemptsMax: 30, windowSeconds: QUARTER },
  'confirm.account': { attemptsMax: 10, windowSeconds: QUARTER },
  'confirm.day': { attemptsMax: 50, windowSeconds: DAY },
} as const satisfies Readonly<Record<string, Limit>>;
export type LimitName = keyof typeof LIMITS;

interface Limit {
  readonly attemptsMax: number;
  readonly windowSeconds: number;
}

export interface Verdict {
  readonly ok: boolean;
  /** Of the limit nearest to its end. */
  readonly attemptsMax: number;
  readonly remaining: number;
  /** Until that limit's window ends. */
  readonly restSeconds: number;
}

/** Whom each limit is about: an address, an account, a key. */
export type Subjects = Readonly<Partial<Record<LimitName, string>>>;

export interface RateLimits {
  /** Counts one attempt under each limit named; one over is enough to refuse. `attemptsMax` in place of the table's. */
  attempt(subjects: Subjects, instead?: Pick<Limit, 'attemptsMax'>): Promise<Verdict>;
  forget(subjects: Subjects): Promise<void>;
}

const SWEEP_EVERY = 200;

/** Whom it is about is kept as a hash: the table is no list of addresses. */
const keyOf = (name: string, subject: string): string =>
  `${name}:${createHash('sha256').update(subject).digest('base64url').slice(0, 22)}`;

/** Counted in the database, so that all machines count together. */
export const createRateLimits = (db: Db): RateLimits => {
  let sinceSweep = 0;
  const named = (subjects: Subjects) =>
    (Object.entries(subjects) as [LimitName, string][]).map(([name, subject]) => ({
      ...LIMITS[name],
      key: keyOf(name, subject),
    }));
  return {
    async attempt(subjects, instead) {
      sinceSweep += 1;
      if (sinceSweep % SWEEP_EVERY === 0) await sweepAttempts(db);
      const limits = named(subjects).map((limit) => ({ ...limit, ...instead }));
      const counted = await countAttempts(db, limits);
      const verdicts = counted.map(({ key, attempts, restSeconds }) => {
        const attemptsMax = limits.find((limit) => limit.key === key)?.attemptsMax ?? 0;
        return {
          ok: attempts <= attemptsMax,
          attemptsMax,
          remaining: Math.max(0, attemptsMax - attempts),
          restSeconds,
        };
      });
      const [nearest] = verdicts.sort((a, b) => Number(a.ok) - Number(b.ok) || a.remaining - b.remaining);
      if (!nearest) throw new Error('rate limits: an attempt that no limit counts');
      return nearest;
    },
    forget: (subjects) =>
      forgetAttempts(
        db,
        named(subjects).map(({ key }) => key),
      ),
  };
};
