import type { ReconcileReport } from '../../src/billing/door.ts';
import { StripeFailure } from '../../src/billing/stripe/client.ts';
import { createRandom } from '../../src/engine/testing/random.ts';
import type { PaymentStep } from '../../src/sandbox/stripe/seam.ts';
import type { TestDatabase } from '../support/database.ts';
import { actOf } from './acts.ts';
import { factsAtStripe, factsOf } from './at-stripe.ts';
import { createMailCoach, type MailCoach } from './mail-coach.ts';
import * as reference from './reference.ts';
import { openStage, type Stage } from './stage.ts';
import type { Step, Story, Where, Who } from './steps.ts';

const NIGHT = 86_400;

/** Where product and reference part; the message tells what was done up to then. */
class Divergence extends Error {}

export interface Side {
  readonly who: Who;
  person: reference.Person;
  /** What the product may know of the contracts: one thing, or several while a failed act left it open. */
  known: reference.Knowledge[];
  /** The checkout that was opened last. */
  session: string | null;
  /** What was given back of which payment without an answer that said so. */
  lostRefund: string | null;
}

/** What a story came to, so that a run can tell that it went everywhere. */
export type Tally = Map<string, number>;

const words = (value: unknown): string => JSON.stringify(value);

/** Plays one story on the product and on the reference, and looks after every step whether they agree. */
export class Drive {
  readonly stage: Stage;
  readonly sides: readonly [Side, Side];
  readonly trials: boolean;
  /** Whether Stripe's API fails now, so that any act may come to nothing. */
  troubled = false;
  private readonly coach: MailCoach;
  private readonly done: string[] = [];
  private readonly tally: Tally;
  private lastNight: number;

  private constructor(stage: Stage, story: Story, tally: Tally) {
    this.stage = stage;
    this.trials = story.trials;
    this.tally = tally;
    this.coach = createMailCoach(stage.stripe.world, createRandom(story.begins + story.steps.length));
    const side = (who: Who): Side => ({
      who,
      person: reference.newPerson(),
      known: [[]],
      session: null,
      lostRefund: null,
    });
    this.sides = [side(0), side(1)];
    this.lastNight = stage.now();
  }

  static async play(database: TestDatabase, story: Story, tally: Tally = new Map()): Promise<void> {
    const stage = await openStage(database, story);
    const drive = new Drive(stage, story, tally);
    try {
      for (const step of story.steps) await drive.step(step);
      await drive.end();
    } finally {
      drive.coach.stop();
      await stage.close();
    }
  }

  count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  fail(what: string): never {
    const people = this.sides.map(({ person, known }) => words({ ...person, known }));
    throw new Divergence(`${what}\nafter:\n  ${this.done.join('\n  ')}\nby the reference:\n  ${people.join('\n  ')}`);
  }

  /** What a change left behind at Stripe while it was failing: the first of the candidates that is like it. */
  adopt(side: Side, candidates: readonly reference.Person[]): reference.Person {
    const { world } = this.stage.stripe;
    const isLike = (person: reference.Person): boolean =>
      person.contracts.every((contract) => words(factsAtStripe(world, contract.id)) === words(factsOf(contract)));
    const found = candidates.find(isLike);
    if (!found) this.fail(`person ${side.who}: what a failing act left at Stripe is neither before nor after it`);
    side.person = found;
    this.perhapsSynced(side);
    return found;
  }

  /** Nobody pays for what they cannot have: whenever a banned person is heard of, what goes on is ended. */
  endOfClosed(side: Side): void {
    if (!side.person.banned || reference.living(side.person).length === 0) return;
    const before = structuredClone(side.person);
    reference.endAll(side.person);
    if (this.troubled) this.adopt(side, [side.person, before, ...reference.halfway(before)]);
  }

  /** Our rows are as Stripe says now. */
  synced(side: Side): void {
    side.known = [reference.knowledgeOf(side.person)];
  }

  /** Something was asked for and did not go through: nobody knows whether our rows follow. */
  perhapsSynced(side: Side): void {
    side.known.push(reference.knowledgeOf(side.person));
  }

  customerOf(who: Who): string | undefined {
    const { userId } = this.stage.people[who];
    return this.stage.stripe.world.all('customer').find(({ metadata }) => metadata['user_id'] === userId)?.id;
  }

  /** The holder's answer to his bank where it asks; whether the step went through. */
  prove(step: PaymentStep, proved: boolean): boolean {
    if (!step.ok) return false;
    return step.kind === 'redirect' || this.stage.stripe.world.confirmIntent(step.intentId, proved).ok;
  }

  async pass(seconds: number): Promise<void> {
    await this.stage.pass(seconds);
    for (const { person } of this.sides) reference.passTo(person, this.stage.now());
  }

  private async step(step: Step): Promise<void> {
    this.done.push(words(step));
    await this.pass(1);
    await this.perform(step);
    this.hear(await this.coach.arrive(this.stage.billing()));
    if (this.stage.now() - this.lastNight >= NIGHT) await this.night();
    this.agreeWithStripe();
    await this.compare();
  }

  /** Everything that was held back comes, then a night, and another that must find nothing to mend. */
  private async end(): Promise<void> {
    this.done.push('the end');
    await this.pass(1);
    this.hear(await this.coach.arriveAll(this.stage.billing()));
    await this.compare();
    await this.night();
    await this.compare();
    const { drifted } = await this.stage.billing().reconcile();
    if (drifted > 0) this.fail(`a second reconciliation found ${drifted} customers to mend`);
    for (const side of this.sides)
      for (const contract of side.person.contracts) this.count(`contracts left ${contract.status}`);
  }

  private hear(customers: ReadonlySet<string>): void {
    for (const side of this.sides)
      if (customers.has(this.customerOf(side.who) ?? '')) {
        this.endOfClosed(side);
        this.synced(side);
      }
  }

  private async night(): Promise<void> {
    this.lastNight = this.stage.now();
    const report = await this.reconcile();
    const failed = report?.findings.filter(({ kind }) => kind === 'sync-failed' || kind === 'unbound-customer') ?? [];
    if (failed.length > 0 && !this.troubled) this.fail(`the nightly reconciliation found ${words(failed)}`);
    for (const side of this.sides) {
      this.endOfClosed(side);
      if (this.troubled) this.perhapsSynced(side);
      else this.synced(side);
    }
  }

  /** Null: Stripe did not answer, and the pass broke off. */
  private async reconcile(): Promise<ReconcileReport | null> {
    try {
      return await this.stage.billing().reconcile();
    } catch (error) {
      if (this.troubled && error instanceof StripeFailure) return null;
      throw error;
    }
  }

  /** The simulated Stripe and the reference must tell the same story, or neither can judge the product. */
  private agreeWithStripe(): void {
    const { world } = this.stage.stripe;
    for (const { who, person } of this.sides)
      for (const contract of person.contracts) {
        const [mine, theirs] = [words(factsOf(contract)), words(factsAtStripe(world, contract.id))];
        if (mine !== theirs) this.fail(`person ${who}: Stripe holds ${theirs}, and should hold ${mine}`);
      }
  }

  private async compare(): Promise<void> {
    const now = this.stage.now();
    const access = await this.stage.access();
    for (const { who, person, known } of this.sides) {
      this.count('checks of access');
      const wanted = [...new Set(known.map((one) => reference.accessOf(person, one, now)))];
      const { entitled, stream } = access[who];
      if (!wanted.includes(entitled))
        this.fail(`person ${who} is entitled to ${entitled}, and should be to ${wanted.join(' or ')}`);
      const streams = person.banned ? undefined : entitled;
      if (stream !== streams)
        this.fail(`person ${who} is entitled to ${entitled}, and may stream ${stream ?? 'nothing'}`);
      this.count(`checks that found ${entitled}`);
    }
  }

  private async perform(step: Step): Promise<void> {
    switch (step.do) {
      case 'wait':
        return this.pass(step.seconds);
      case 'wait-for-edge':
        return this.waitForEdge(step.which, step.offset);
      case 'weather':
        this.coach.weather = step.weather;
        return;
      case 'deliver':
        return this.hear(await this.coach.arriveAll(this.stage.billing()));
      case 'night':
        return this.night();
      case 'restart':
        return this.stage.restart();
      case 'in-trouble':
        return this.inTrouble(step);
      default:
        return actOf(this, this.sides[step.who], step);
    }
  }

  /** While Stripe's API fails, and once more when it works again: asking again must be safe. */
  private async inTrouble({ kind, times, where, step }: Extract<Step, { readonly do: 'in-trouble' }>): Promise<void> {
    this.stage.stripe.inject({ kind, times, ...where });
    this.troubled = true;
    await this.perform(step);
    this.hear(await this.coach.arrive(this.stage.billing()));
    await this.compareInTrouble();
    this.troubled = false;
    await this.drain(where);
    await this.perform(step);
  }

  /** Whatever fails, nobody is given anything by it. */
  private async compareInTrouble(): Promise<void> {
    this.agreeWithStripe();
    await this.compare();
  }

  private async drain({ method, path }: Where): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) {
      const status = await this.stage.knock(method, path);
      if (status !== null && status < 500 && status !== 429) return;
    }
    throw new Error(`${method} ${path}: the faults of the sandbox do not end`);
  }

  private async waitForEdge(which: number, offset: number): Promise<void> {
    const now = this.stage.now();
    const edges = this.sides.flatMap(({ person }) => reference.edgesOf(person));
    const ahead = [...new Set(edges.map((edge) => edge + offset))].filter((at) => at > now).sort((a, b) => a - b);
    const at = ahead[which % Math.max(ahead.length, 1)];
    if (at !== undefined) await this.pass(at - now);
  }
}
