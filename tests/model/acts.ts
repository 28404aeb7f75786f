import { grantComp, revokeComps } from '../../src/db/queries/comps.ts';
import { banUser, unbanUser } from '../../src/db/queries/members/ban.ts';
import type { CardEntry } from '../../src/sandbox/stripe/seam.ts';
import type { Drive, Side } from './drive.ts';
import * as reference from './reference.ts';
import { CARDS, type Step, type Who } from './steps.ts';

const OPERATOR = { kind: 'operator', userId: crypto.randomUUID(), email: 'operator@example.com' } as const;
const BY = { actor: OPERATOR, reason: 'the model says so', address: null };
const DAY = 86_400;
const BACK = 'http://localhost:3000/';

type PersonalStep = Extract<Step, { readonly who: Who }>;
type Buy = Extract<PersonalStep, { readonly do: 'buy' }>;
type OperatorStep =
  | { readonly do: 'ban' }
  | { readonly do: 'unban' | 'revoke' }
  | { readonly do: 'comp'; readonly tier: reference.Paid; readonly days: number };
type WithCard = { readonly card: number; readonly proved: boolean };
type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const cardOf = (who: Who, at: number): reference.Card => {
  const card = CARDS[who][at];
  if (!card) throw new Error(`person ${who} has no card ${at}`);
  return card;
};

const entryOf = ({ number }: reference.Card): CardEntry => ({
  number,
  expMonth: 12,
  expYear: 2040,
  cvc: '123',
  name: 'A Model',
  postalCode: '10004',
  country: 'US',
});

const words = (value: unknown): string => JSON.stringify(value);

/** Stripe failed, and nobody knows what came of it. */
const isTroubled = (drive: Drive, answer: Answer): boolean =>
  drive.troubled && !answer.ok && (answer.reason === 'unavailable' || answer.reason === 'refused');

const startCheckout = async (drive: Drive, side: Side, plan: reference.Plan): Promise<string | null> => {
  const { person, who } = side;
  const subscribed = reference.living(person).length > 0;
  const expected = person.banned ? 'account-closed' : subscribed ? 'already-subscribed' : null;
  const answer = await drive.stage.billing().startCheckout(drive.stage.people[who].userId, plan);
  if (isTroubled(drive, answer)) {
    drive.perhapsSynced(side);
    return null;
  }
  if ((answer.ok ? null : answer.reason) !== expected)
    drive.fail(`a checkout was answered ${words(answer)}, expected ${expected ?? 'an address'}`);
  if (expected !== 'account-closed') drive.synced(side);
  if (!answer.ok) return null;
  const id = /cs_test_\w+/.exec(answer.url)?.[0];
  if (!id) drive.fail(`the checkout's address names no session: ${answer.url}`);
  side.session = id;
  return id;
};

const buy = async (drive: Drive, side: Side, step: Buy): Promise<void> => {
  const { person, who } = side;
  const session = await startCheckout(drive, side, step.plan);
  if (session === null) return;
  await drive.pass(1);
  const card = cardOf(who, step.card);
  const { world } = drive.stage.stripe;
  const trial = drive.trials && reference.mayTry(person);
  const contract = reference.buy(person, { plan: step.plan, card, proved: step.proved, trial }, drive.stage.now());
  const bought = drive.prove(world.completeCheckout(session, { card: entryOf(card), email: null }), step.proved);
  if (bought !== (contract !== null))
    drive.fail(`the checkout ${bought ? 'went through' : 'was refused'}, and should not`);
  if (contract) contract.id = world.get('checkout.session', session)?.subscription ?? '';
  drive.count(bought ? (trial ? 'trials begun' : 'contracts bought') : 'checkouts refused');
  if (!step.returns) return;
  const back = await drive.stage.billing().finishCheckout(drive.stage.people[who].userId, session);
  if (isTroubled(drive, back)) return drive.perhapsSynced(side);
  if (!back.ok) drive.fail(`back from the checkout: ${back.reason}`);
  drive.synced(side);
};

/** The address of somebody else's success page, typed by hand. */
const forge = async (drive: Drive, side: Side): Promise<void> => {
  const other = drive.sides[side.who === 0 ? 1 : 0];
  if (other.session === null) return;
  const answer = await drive.stage.billing().finishCheckout(drive.stage.people[side.who].userId, other.session);
  if (answer.ok) drive.fail('another person’s success page was taken');
  drive.count('success pages forged');
};

const change = async (drive: Drive, side: Side, plan: reference.Plan): Promise<void> => {
  const before = structuredClone(side.person);
  const contract = reference.held(side.person);
  const expected = contract ? reference.change(side.person, contract, plan, drive.stage.now()) : 'refused';
  const answer = await drive.stage.billing().changePlan(drive.stage.people[side.who].userId, plan);
  if (isTroubled(drive, answer)) {
    drive.adopt(side, [side.person, before, ...reference.halfway(before)]);
    return;
  }
  const outcome = answer.ok ? answer.outcome : 'refused';
  if (outcome !== expected) drive.fail(`a change of plan was answered ${words(answer)}, expected ${expected}`);
  if (contract) drive.synced(side);
  drive.count(`changes ${expected}`);
};

const cancelOrResume = async (drive: Drive, side: Side, verb: 'cancel' | 'resume'): Promise<void> => {
  const before = structuredClone(side.person);
  const contract = reference.held(side.person);
  const resumable = contract && (contract.cancelAtEnd || contract.cancelAt !== null || contract.next !== null);
  if (contract && verb === 'cancel') reference.cancel(contract);
  if (contract && verb === 'resume') reference.resume(contract);
  const answer = await drive.stage.billing()[verb](drive.stage.people[side.who].userId);
  if (isTroubled(drive, answer)) {
    drive.adopt(side, [side.person, before, ...reference.halfway(before)]);
    return;
  }
  const wrong = verb === 'cancel' ? answer.ok !== (contract !== null) : Boolean(resumable) && !answer.ok;
  if (wrong) drive.fail(`to ${verb} was answered ${words(answer)}`);
  if (contract) drive.synced(side);
  drive.count(`acts of ${verb}`);
};

const openPortal = async (drive: Drive, side: Side): Promise<string | null> => {
  const opened = await drive.stage.billing().openPortal(drive.stage.people[side.who].userId);
  if (!opened.ok) return null;
  const customer = drive.customerOf(side.who);
  const { world } = drive.stage.stripe;
  return world.all('billing_portal.session').findLast((one) => one.customer === customer)?.id ?? null;
};

const atThePortal = async (drive: Drive, side: Side, verb: 'portal-cancel' | 'portal-resume'): Promise<void> => {
  const portal = await openPortal(drive, side);
  const contract = reference.held(side.person);
  if (portal === null || !contract) return;
  const { world } = drive.stage.stripe;
  const cancels = verb === 'portal-cancel';
  const done = cancels ? world.portalCancel(portal, contract.id, null, null) : world.portalResume(portal, contract.id);
  // What Stripe refuses (a subscription that a schedule decides over) changes nothing.
  if (!done.ok) return;
  if (cancels && !contract.cancelAtEnd) contract.cancelAt = null;
  contract.cancelAtEnd = cancels;
  drive.count(`acts of ${verb}`);
};

const newCard = async (drive: Drive, side: Side, step: WithCard): Promise<void> => {
  const portal = await openPortal(drive, side);
  if (portal === null) return;
  const card = cardOf(side.who, step.card);
  const expected = card.onFile && (card.proof === 'never' || step.proved);
  const { world } = drive.stage.stripe;
  const added = drive.prove(world.portalAddCard(portal, entryOf(card), BACK), step.proved);
  if (added !== expected) drive.fail(`a new card was ${added ? 'taken' : 'refused'} at the portal`);
  if (added) for (const contract of reference.living(side.person)) contract.card = card;
};

const payOpen = async (drive: Drive, side: Side, step: WithCard): Promise<void> => {
  const contract = reference.held(side.person);
  const card = cardOf(side.who, step.card);
  const { world } = drive.stage.stripe;
  const open = world.all('invoice').filter((one) => one.subscription === contract?.id && one.status === 'open');
  const invoice = open.find(({ billing_reason: why }) => why === 'subscription_update') ?? open.at(0);
  if (!invoice || !contract) return;
  const expected = reference.settle(side.person, contract, card, step.proved, drive.stage.now());
  const paid = drive.prove(world.payInvoice(invoice.id, entryOf(card), BACK), step.proved);
  if (paid !== expected) drive.fail(`an open invoice was ${paid ? 'paid' : 'not paid'}, and should not be`);
  drive.count(paid ? 'open invoices paid' : 'open invoices not paid');
};

/** The last payment that went through, at Stripe and in the reference. */
const lastPayment = (drive: Drive, side: Side) => {
  const { world } = drive.stage.stripe;
  const customer = drive.customerOf(side.who);
  const charges = world.all('charge').filter((one) => one.customer === customer && one.paid);
  const payments = side.person.contracts.flatMap((contract) => contract.payments);
  if (charges.length !== payments.length)
    drive.fail(`${charges.length} payments went through at Stripe, and ${payments.length} by the reference`);
  const [charge, payment] = [charges.at(-1), payments.sort((a, b) => a.serial - b.serial).at(-1)];
  if (!charge || !payment) return null;
  if (charge.amount !== payment.cents)
    drive.fail(`the last payment was of ${charge.amount} cents, by the reference of ${payment.cents}`);
  return { charge, payment };
};

const PART_CENTS = 1_000;

const refund = async (drive: Drive, side: Side, whole: boolean): Promise<void> => {
  const before = structuredClone(side.person);
  const last = lastPayment(drive, side);
  if (!last) return;
  const { charge, payment } = last;
  const left = payment.cents - payment.refundedCents;
  const amountCents = whole ? left : PART_CENTS;
  // The same asked for again, because its answer got lost, is what was given.
  const wished = `${payment.serial}: ${whole ? 'whole' : 'part'}`;
  const again = side.lostRefund === wished;
  const possible = again || (amountCents > 0 && amountCents <= left && ['none', 'won'].includes(payment.dispute));
  if (possible && !again) payment.refundedCents += amountCents;
  const wish = { actor: OPERATOR, cause: BY.reason, ...(whole ? {} : { amountCents }) };
  const answer = await drive.stage.billing().refund(charge.invoice ?? charge.id, wish);
  if (isTroubled(drive, answer)) {
    const given = drive.adopt(side, [side.person, before]) !== before && possible;
    if (given) side.lostRefund = wished;
    return;
  }
  // A payment that our rows have not heard of yet cannot be given back by us.
  const unheard = !answer.ok && answer.reason === 'not-found';
  if (answer.ok !== possible && !unheard) drive.fail(`a refund was answered ${words(answer)}`);
  if (!answer.ok) side.person = before;
  if (answer.ok && again) side.lostRefund = null;
  if (answer.ok) drive.synced(side);
  else drive.perhapsSynced(side);
  drive.count(answer.ok ? 'refunds' : 'refunds refused');
};

const dispute = async (drive: Drive, side: Side, verb: 'dispute' | 'dispute-won' | 'dispute-lost'): Promise<void> => {
  const last = lastPayment(drive, side);
  if (!last) return;
  const { charge, payment } = last;
  const { world } = drive.stage.stripe;
  if (verb === 'dispute') {
    const may = payment.dispute === 'none' && payment.refundedCents < payment.cents;
    if (may && world.openDispute(charge.id).ok) payment.dispute = 'open';
    return;
  }
  const open = world.all('dispute').find((one) => one.charge === charge.id);
  if (payment.dispute !== 'open' || !open) return;
  const won = verb === 'dispute-won';
  if (world.closeDispute(open.id, won).ok) payment.dispute = won ? 'won' : 'lost';
  drive.count(`disputes ${payment.dispute}`);
};

/** An operator sets a date at Stripe's own dashboard. */
const cancelAt = async (drive: Drive, side: Side, days: number): Promise<void> => {
  const contract = reference.held(side.person);
  if (!contract) return;
  const at = drive.stage.now() + days * DAY;
  if (!(await drive.stage.atStripe(`/v1/subscriptions/${contract.id}`, { cancel_at: String(at) }))) return;
  contract.cancelAt = at;
  contract.cancelAtEnd = false;
  drive.count('dates of an end set');
};

/** An operator makes a second subscription at Stripe's dashboard, on the card of the first. */
const second = async (drive: Drive, side: Side, plan: reference.Plan): Promise<void> => {
  const { world } = drive.stage.stripe;
  const customer = drive.customerOf(side.who);
  const first = reference.held(side.person);
  const method = first && world.get('subscription', first.id)?.default_payment_method;
  const price = world.all('price').find((one) => one.lookup_key === `quanticity_${plan.tier}_${plan.interval}`);
  if (!customer || !first || !method || !price || reference.living(side.person).length > 1) return;
  const signed = reference.signSecond(side.person, plan, first.card, drive.stage.now());
  const made = await drive.stage.atStripe('/v1/subscriptions', {
    customer,
    'items[0][price]': price.id,
    default_payment_method: method,
    payment_behavior: 'error_if_incomplete',
    off_session: 'true',
  });
  if (made !== (signed !== null)) drive.fail(`a second subscription was ${made ? '' : 'not '}made, and should not be`);
  if (signed) signed.id = world.all('subscription').at(-1)?.id ?? '';
  drive.count('second subscriptions');
};

const end = async (drive: Drive, side: Side): Promise<void> => {
  const before = structuredClone(side.person);
  reference.endAll(side.person);
  const ended = await drive.stage.billing().endEverything(drive.stage.people[side.who].userId, OPERATOR, BY.reason);
  if (isTroubled(drive, ended) || (drive.troubled && !ended.ok)) {
    drive.adopt(side, [side.person, before, ...reference.halfway(before)]);
    return;
  }
  if (!ended.ok) drive.fail(`everything was to end, and billing said ${ended.reason}`);
  side.session = null;
  drive.synced(side);
  drive.count('ends of everything');
};

const resync = async (drive: Drive, side: Side): Promise<void> => {
  const done = await drive.stage.billing().resync(drive.stage.people[side.who].userId, OPERATOR);
  drive.endOfClosed(side);
  if (done.ok) drive.synced(side);
  else drive.perhapsSynced(side);
};

const operatorActOf = async (drive: Drive, side: Side, step: OperatorStep): Promise<void> => {
  const { db } = drive.stage.database;
  const { userId } = drive.stage.people[side.who];
  const { person } = side;
  drive.count(`acts of ${step.do}`);
  switch (step.do) {
    case 'comp': {
      const until = drive.stage.now() + step.days * DAY;
      const comp = { userId, tier: step.tier, endsAt: new Date(until * 1_000), reason: BY.reason };
      await grantComp(db, comp, OPERATOR);
      person.comps.push({ tier: step.tier, until, revoked: false });
      return;
    }
    case 'revoke':
      await revokeComps(db, userId, OPERATOR, BY.reason);
      for (const comp of person.comps) comp.revoked = true;
      return;
    case 'ban':
      await banUser(db, userId, BY);
      person.banned = true;
      return end(drive, side);
    case 'unban':
      await unbanUser(db, userId, BY);
      person.banned = false;
      return drive.stage.signIn(side.who);
  }
};

/** One act of a person, or about one: asked of the product, and told to the reference. */
export const actOf = async (drive: Drive, side: Side, step: PersonalStep): Promise<void> => {
  switch (step.do) {
    case 'buy':
      return buy(drive, side, step);
    case 'abandon':
      await startCheckout(drive, side, step.plan);
      return;
    case 'forge-success':
      return forge(drive, side);
    case 'change':
      return change(drive, side, step.plan);
    case 'cancel':
    case 'resume':
      return cancelOrResume(drive, side, step.do);
    case 'portal-cancel':
    case 'portal-resume':
      return atThePortal(drive, side, step.do);
    case 'portal-card':
      return newCard(drive, side, step);
    case 'pay-open':
      return payOpen(drive, side, step);
    case 'refund':
      return refund(drive, side, step.whole);
    case 'dispute':
    case 'dispute-won':
    case 'dispute-lost':
      return dispute(drive, side, step.do);
    case 'cancel-at':
      return cancelAt(drive, side, step.days);
    case 'second':
      return second(drive, side, step.plan);
    case 'end':
      return end(drive, side);
    case 'resync':
      return resync(drive, side);
    default:
      return operatorActOf(drive, side, step);
  }
};
