/**
 * What access should be, said once more and independently of the product: from the written policy of access, from what
 * Stripe documents of billing cycles, and from nothing else. Knows no database, no Stripe object and none of our code.
 * Times are whole seconds since 1970, money whole cents.
 */

export type Paid = 'basic' | 'premium';
export type Tier = 'free' | Paid;
export interface Plan {
  readonly tier: Paid;
  readonly interval: 'month' | 'year';
}

/** How a card behaves. `proof`: its bank asks the holder, for the set-up alone or for every payment. */
export interface Card {
  readonly number: string;
  readonly onFile: boolean;
  readonly pays: boolean;
  readonly proof: 'never' | 'once' | 'always';
  /** Its holder takes every payment back at once. */
  readonly disputes: boolean;
}

const HOUR = 3_600;
const DAY = 86_400;

/** The policy, in figures. */
export const TRIAL_DAYS = 7;
export const GRACE_DAYS = 7;
/** Word of a renewal may be so late: the nightly look takes a day, and two hours to run. */
const LATE_WORD = 26 * HOUR;
const PRICES: Readonly<Record<Paid, number>> = { basic: 9_700, premium: 29_700 };
const priceOf = ({ tier, interval }: Plan): number => PRICES[tier] * (interval === 'year' ? 10 : 1);

/** Stripe waits an hour before it charges a renewal, and tries again on these days after the first failure. */
const DRAFT = HOUR;
const RETRY_DAYS = [3, 5, 7] as const;
/** An upgrade that was not paid is given up after this. */
const PENDING = 23 * HOUR;

const rank = (tier: Tier): number => ['free', 'basic', 'premium'].indexOf(tier);
const highest = (tiers: readonly Tier[]): Tier =>
  tiers.reduce<Tier>((best, tier) => (rank(tier) > rank(best) ? tier : best), 'free');

export interface Payment {
  readonly serial: number;
  /** Counts the contract's periods. */
  readonly period: number;
  readonly cents: number;
  refundedCents: number;
  dispute: 'none' | 'open' | 'won' | 'lost';
}

export interface Bill {
  readonly period: number;
  readonly cents: number;
  readonly dueSince: number;
  readonly firstTry: number;
  tries: number;
  /** Whether nothing was billed after it: only then its failure puts the contract behind. */
  latest: boolean;
}

export interface Contract {
  /** At Stripe; to find it there, and for nothing else. */
  id: string;
  readonly since: number;
  plan: Plan;
  card: Card;
  status: 'trialing' | 'active' | 'past-due' | 'over';
  anchor: number;
  start: number;
  end: number;
  period: number;
  /** The last period that was paid for; -1 while none is. */
  paidPeriod: number;
  everPaid: boolean;
  cancelAtEnd: boolean;
  cancelAt: number | null;
  next: Plan | null;
  /** An upgrade that waits for its payment. */
  pending: { readonly plan: Plan; readonly until: number } | null;
  /** Renewals that are not paid yet. */
  bills: Bill[];
  readonly payments: Payment[];
}

export interface Comp {
  readonly tier: Paid;
  readonly until: number;
  revoked: boolean;
}

export interface Person {
  readonly contracts: Contract[];
  readonly comps: Comp[];
  /** Money that Stripe holds for them after a cheaper plan took over from a dearer one. */
  balance: number;
  banned: boolean;
}

export const newPerson = (): Person => ({
  contracts: [],
  comps: [],
  balance: 0,
  banned: false,
});

const addMonths = (from: number, months: number): number =>
  Math.floor(
    Temporal.Instant.fromEpochMilliseconds(from * 1_000)
      .toZonedDateTimeISO('UTC')
      .add({ months })
      .toInstant().epochMilliseconds / 1_000,
  );

/** The end of the period that `at` lies in, counted in whole months from the anchor, whose day is kept. */
const periodEnd = (anchor: number, plan: Plan, at: number): number => {
  const months = plan.interval === 'year' ? 12 : 1;
  for (let count = 1; ; count += 1) {
    const end = addMonths(anchor, count * months);
    if (end > at) return end;
  }
};

/** What was taken back of the period that was paid for last: in full, or by a dispute that is not won. */
const takenBack = (contract: Contract): boolean =>
  contract.payments.some(
    (payment) =>
      payment.period === contract.paidPeriod &&
      (payment.refundedCents >= payment.cents || payment.dispute === 'open' || payment.dispute === 'lost'),
  );

/** Until when a contract entitles to its plan; null: not at all. */
const until = (contract: Contract): number | null => {
  if (contract.status === 'over' || takenBack(contract)) return null;
  const bound = contract.cancelAt ?? Number.POSITIVE_INFINITY;
  if (contract.status === 'past-due') {
    if (!contract.everPaid) return null;
    return Math.min(
      Math.min(contract.start, ...contract.bills.map(({ dueSince }) => dueSince)) + GRACE_DAYS * DAY,
      bound,
    );
  }
  return Math.min(contract.cancelAtEnd ? contract.end : contract.end + LATE_WORD, bound);
};

/** What is known of somebody's contracts: as they stand, or as they stood when Stripe was last asked. */
export type Knowledge = readonly { readonly tier: Paid; readonly until: number }[];

export const knowledgeOf = (person: Person): Knowledge =>
  person.contracts.flatMap((contract) => {
    const end = until(contract);
    return end === null ? [] : [{ tier: contract.plan.tier, until: end }];
  });

/** What somebody may see, by what is known of their contracts. */
export const accessOf = (person: Person, known: Knowledge, now: number): Tier => {
  if (person.banned) return 'free';
  const bought = known.filter((one) => one.until > now).map(({ tier }) => tier);
  const given = person.comps.filter((comp) => !comp.revoked && comp.until > now).map(({ tier }) => tier);
  return highest([...bought, ...given]);
};

/** What still goes on. */
export const living = (person: Person): Contract[] => person.contracts.filter(({ status }) => status !== 'over');

/** The one that acts are about: of the highest plan, and of those the newest. */
export const held = (person: Person): Contract | null =>
  living(person).sort((a, b) => rank(b.plan.tier) - rank(a.plan.tier) || b.since - a.since)[0] ?? null;

let payments = 0;

/** Pays so much out of the balance and by the card; false when the card does not do it. */
const pay = (
  person: Person,
  contract: Contract,
  { cents, period }: { readonly cents: number; readonly period: number },
  card: Card,
  holderIsThere: boolean,
): boolean => {
  const fromBalance = Math.min(person.balance, cents);
  const due = cents - fromBalance;
  if (due > 0 && (!card.pays || (card.proof === 'always' && !holderIsThere))) return false;
  person.balance -= fromBalance;
  if (due > 0) {
    payments += 1;
    const dispute = card.disputes ? 'open' : 'none';
    contract.payments.push({ serial: payments, period, cents: due, refundedCents: 0, dispute });
    contract.everPaid = true;
  }
  return true;
};

const sign = (
  person: Person,
  { plan, card, trial }: { readonly plan: Plan; readonly card: Card; readonly trial: boolean },
  now: number,
  holderIsThere: boolean,
): Contract | null => {
  const first = trial ? now + TRIAL_DAYS * DAY : now;
  const contract: Contract = {
    id: '',
    since: now,
    plan,
    card,
    status: trial ? 'trialing' : 'active',
    anchor: first,
    start: now,
    end: trial ? first : periodEnd(first, plan, now),
    period: 0,
    paidPeriod: -1,
    everPaid: false,
    cancelAtEnd: false,
    cancelAt: null,
    next: null,
    pending: null,
    bills: [],
    payments: [],
  };
  if (!trial) {
    if (!pay(person, contract, { cents: priceOf(plan), period: 0 }, card, holderIsThere)) return null;
    contract.paidPeriod = 0;
  }
  person.contracts.push(contract);
  return contract;
};

/** A trial is for those who never had a contract. */
export const mayTry = (person: Person): boolean => person.contracts.length === 0;

/** Signs a contract at the checkout; null when its card, or the holder's bank, did not do it. */
export const buy = (
  person: Person,
  wish: { readonly plan: Plan; readonly card: Card; readonly proved: boolean; readonly trial: boolean },
  now: number,
): Contract | null => {
  const { card, proved } = wish;
  if (!card.onFile || (card.proof !== 'never' && !proved)) return null;
  return sign(person, wish, now, true);
};

/** An operator signs a second one at Stripe's dashboard, on the card of the first. */
export const signSecond = (person: Person, plan: Plan, card: Card, now: number): Contract | null =>
  sign(person, { plan, card, trial: false }, now, false);

/** It is over, whatever was still to come. */
const end = (contract: Contract): void => {
  contract.status = 'over';
  contract.bills = [];
  contract.pending = null;
  contract.next = null;
};

export type Change = 'changed' | 'scheduled' | 'payment-needed' | 'refused';

/** More at once and after its payment, less with the next period; in a trial everything at once and for nothing. */
export const change = (person: Person, contract: Contract, plan: Plan, now: number): Change => {
  const same = contract.plan.tier === plan.tier && contract.plan.interval === plan.interval;
  if (contract.status === 'past-due' || contract.cancelAtEnd || contract.cancelAt !== null || same) return 'refused';
  const more = rank(plan.tier) > rank(contract.plan.tier);
  if (!more && contract.status !== 'trialing') {
    contract.pending = null;
    contract.next = plan;
    return 'scheduled';
  }
  contract.next = null;
  contract.pending = null;
  if (contract.status === 'trialing') {
    contract.plan = plan;
    return 'changed';
  }
  if (upgrade(person, contract, plan, now, contract.card, false)) return 'changed';
  contract.pending = { plan, until: now + PENDING };
  return 'payment-needed';
};

/** Takes a higher plan, if it can be paid: the rest of this period, or a new period of another length from now on. */
const upgrade = (
  person: Person,
  contract: Contract,
  plan: Plan,
  now: number,
  card: Card,
  holderIsThere: boolean,
): boolean => {
  const left = (contract.end - now) / (contract.end - contract.start);
  const credit = Math.round(priceOf(contract.plan) * left);
  const restarts = plan.interval !== contract.plan.interval;
  const cost = (restarts ? priceOf(plan) : Math.round(priceOf(plan) * left)) - credit;
  for (const bill of contract.bills) bill.latest = false;
  const period = restarts ? contract.period + 1 : contract.period;
  if (cost > 0 && !pay(person, contract, { cents: cost, period }, card, holderIsThere)) return false;
  if (cost > 0) contract.paidPeriod = period;
  if (cost < 0) person.balance -= cost;
  contract.plan = plan;
  contract.pending = null;
  if (restarts)
    Object.assign(contract, { anchor: now, start: now, end: periodEnd(now, plan, now), period, paidPeriod: period });
  return true;
};

/** At the end of what is paid; of what is not paid, at once. */
export const cancel = (contract: Contract): void => {
  if (contract.status === 'past-due') {
    end(contract);
    return;
  }
  if (contract.cancelAt !== null) return;
  contract.cancelAtEnd = true;
  contract.next = null;
  contract.pending = null;
};

export const resume = (contract: Contract): void => {
  contract.cancelAtEnd = false;
  contract.cancelAt = null;
  contract.next = null;
};

/** Everything that was bought ends now. */
export const endAll = (person: Person): void => {
  for (const contract of person.contracts) end(contract);
};

/** What a failing act may have left half done: its schedule dropped, its invoice voided, one contract of two ended. */
export const halfway = (before: Person): Person[] => {
  const dropped = structuredClone(before);
  for (const contract of dropped.contracts) {
    contract.next = null;
    contract.pending = null;
  }
  const unscheduled = structuredClone(before);
  for (const contract of unscheduled.contracts) contract.next = null;
  const oneEnded = before.contracts.map((_, at) => {
    const person = structuredClone(before);
    const contract = person.contracts[at];
    if (contract) end(contract);
    return person;
  });
  return [unscheduled, dropped, ...oneEnded];
};

/** Pays what is open, the holder being there; false when there is nothing open or the card does not do it. */
export const settle = (person: Person, contract: Contract, card: Card, proved: boolean, now: number): boolean => {
  if (!card.onFile || (card.proof !== 'never' && !proved)) return false;
  if (contract.pending) {
    const { plan } = contract.pending;
    return upgrade(person, contract, plan, now, card, true);
  }
  const bill = contract.bills.find(({ tries }) => tries > 0);
  if (!bill || !pay(person, contract, bill, card, true)) return false;
  paid(contract, bill);
  return true;
};

const paid = (contract: Contract, bill: Bill): void => {
  contract.bills = contract.bills.filter((other) => other !== bill);
  contract.paidPeriod = Math.max(contract.paidPeriod, bill.period);
  if (bill.latest) contract.status = 'active';
};

const dueAt = ({ firstTry, tries }: Bill): number => firstTry + (tries === 0 ? 0 : (RETRY_DAYS[tries - 1] ?? 0) * DAY);

/** When something happens next by itself; null: nothing does. */
const nextMoment = ({ status, end, cancelAt, bills, pending }: Contract): number | null => {
  if (status === 'over') return null;
  return Math.min(
    end,
    cancelAt ?? Number.POSITIVE_INFINITY,
    pending?.until ?? Number.POSITIVE_INFINITY,
    ...bills.map(dueAt),
  );
};

const tryBill = (person: Person, contract: Contract, bill: Bill): void => {
  if (pay(person, contract, bill, contract.card, false)) {
    paid(contract, bill);
    return;
  }
  bill.tries += 1;
  if (bill.tries > RETRY_DAYS.length) end(contract);
  else if (bill.latest) contract.status = 'past-due';
};

const renew = (contract: Contract): void => {
  const at = contract.end;
  if (contract.next) {
    if (contract.next.interval !== contract.plan.interval) contract.anchor = at;
    contract.plan = contract.next;
    contract.next = null;
  }
  contract.status = 'active';
  contract.period += 1;
  contract.start = at;
  contract.end = periodEnd(contract.anchor, contract.plan, at);
  for (const bill of contract.bills) bill.latest = false;
  const { plan, period } = contract;
  contract.bills.push({ period, cents: priceOf(plan), dueSince: at, firstTry: at + DRAFT, tries: 0, latest: true });
};

/** One thing that falls due at that moment. */
const happen = (person: Person, contract: Contract, at: number): void => {
  const bill = contract.bills.find((one) => dueAt(one) === at);
  if (contract.cancelAt === at || (contract.cancelAtEnd && contract.end === at)) end(contract);
  else if (contract.pending?.until === at) contract.pending = null;
  else if (contract.end === at) renew(contract);
  else if (bill) tryBill(person, contract, bill);
};

/** Lets time pass up to and with that moment: of several contracts, what falls due first happens first. */
export const passTo = (person: Person, now: number): void => {
  for (;;) {
    const due = person.contracts.flatMap((contract) => {
      const at = nextMoment(contract);
      return at !== null && at <= now ? [{ contract, at }] : [];
    });
    const [first] = due.sort((a, b) => a.at - b.at);
    if (!first) return;
    happen(person, first.contract, first.at);
  }
};

/** Moments of their own at which something changes or could: tests look a second before, at, and after them. */
export const edgesOf = (person: Person): number[] => {
  const edges = person.comps.filter((comp) => !comp.revoked).map((comp) => comp.until);
  for (const contract of person.contracts) {
    const next = nextMoment(contract);
    const end = until(contract);
    if (next !== null) edges.push(next, contract.end);
    if (end !== null) edges.push(end);
  }
  return edges;
};
