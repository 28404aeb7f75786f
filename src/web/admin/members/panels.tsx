import type { Child } from 'hono/jsx';
import type { Dossier, SubscriptionRow } from '../../../db/queries/members/dossier.ts';
import { utc } from '../format.ts';
import { Absent, Panel, Table } from '../panel.tsx';

const Fact = ({ term, children }: { term: string; children?: Child }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);

const when = (at: Date | null, otherwise: string): Child => (at ? utc(at) : <Absent reason={otherwise} />);

export const AccountFacts = ({ dossier: { user, customer } }: { dossier: Dossier }) => (
  <Panel id="account" title="Account">
    <dl class="facts">
      <Fact term="Id">
        <code>{user.id}</code>
      </Fact>
      <Fact term="Role">{user.role}</Fact>
      <Fact term="Since">{utc(user.createdAt)}</Fact>
      <Fact term="Address proved">{when(user.emailVerifiedAt, 'not yet')}</Fact>
      <Fact term="Banned">{when(user.bannedAt, 'no')}</Fact>
      <Fact term="Stripe customer">
        {customer ? <code>{customer.customerId}</code> : <Absent reason="never went to a checkout" />}
      </Fact>
      {customer ? <Fact term="Last read from Stripe">{when(customer.syncedAt, 'never')}</Fact> : null}
    </dl>
  </Panel>
);

const sourceWords = (source: Dossier['sources'][number]): string => {
  const until = source.until ? `until ${utc(source.until)}` : 'until it is revoked';
  return `${source.tier}, ${source.kind === 'comp' ? 'given' : 'bought'}, ${until}`;
};

/** The tier, and each thing that gives one now. */
export const Access = ({ dossier: { user, sources } }: { dossier: Dossier }) => {
  const nothing = user.bannedAt
    ? 'Free, for the account is banned. What stands below gives nothing meanwhile.'
    : 'Free: nothing bought or given gives more now.';
  return (
    <Panel id="access" title="Access now">
      <p>
        <span class={`chip chip-${user.tier}`}>{user.tier}</span>{' '}
        {user.tier === 'free' ? nothing : 'The highest of what gives access now:'}
      </p>
      <ul class="sources">
        {sources.map((source) => (
          <li data-source={source.kind}>
            {sourceWords(source)} <code>{source.id}</code>
          </li>
        ))}
      </ul>
    </Panel>
  );
};

const endWords = (row: SubscriptionRow): Child => {
  if (row.endedAt) return `ended ${utc(row.endedAt)}`;
  if (row.cancelAt) return `ends ${utc(row.cancelAt)}`;
  return row.cancelAtPeriodEnd ? `ends ${utc(row.currentPeriodEnd)}` : `renews ${utc(row.currentPeriodEnd)}`;
};

const statusWords = (row: SubscriptionRow): Child => {
  if (row.status === 'past_due' || row.status === 'unpaid' || row.status === 'incomplete')
    return (
      <strong class="warn">{row.pastDueSince ? `${row.status} since ${utc(row.pastDueSince)}` : row.status}</strong>
    );
  return row.trialEnd && row.status === 'trialing' ? `trialing until ${utc(row.trialEnd)}` : row.status;
};

const renews = (row: SubscriptionRow): boolean =>
  ['trialing', 'active', 'past_due'].includes(row.status) && !row.cancelAtPeriodEnd && row.cancelAt === null;

export const Subscriptions = ({ rows }: { rows: readonly SubscriptionRow[] }) => (
  <Panel id="subscriptions" title="Subscriptions" wide>
    {rows.filter(renews).length > 1 ? (
      <p class="notice notice-problem">
        <strong>Pays twice.</strong> More than one subscription will renew. Cancel and refund all but the best one.
      </p>
    ) : null}
    <Table
      columns={['Subscription', 'Plan', 'Status', 'Access until', 'Next', 'Last read']}
      empty="Never subscribed."
      rows={rows.map((row) => [
        <code>{row.id}</code>,
        `${row.tier}, by the ${row.billingInterval}${row.nextTier ? `, then ${row.nextTier}` : ''}`,
        statusWords(row),
        when(row.accessUntil, 'gives no access'),
        endWords(row),
        utc(row.syncedAt),
      ])}
    />
  </Panel>
);

export const SessionList = ({ rows }: { rows: Dossier['sessions'] }) => (
  <Panel id="sessions" title="Sessions" wide>
    <Table
      columns={['Last seen', 'From', 'Browser', 'Since', 'Over at the latest']}
      empty="Signed in nowhere."
      rows={rows.map((row) => [
        utc(row.lastSeenAt),
        row.address ?? '',
        row.userAgent ?? '',
        utc(row.createdAt),
        utc(row.endsAt),
      ])}
    />
  </Panel>
);

export const ApiKeys = ({ rows }: { rows: Dossier['apiKeys'] }) => (
  <Panel id="api-keys" title="API keys" wide>
    <Table
      columns={['Name', 'Begins with', 'May', 'Made', 'Last used', 'State']}
      empty="No API key."
      rows={rows.map((row) => [
        row.name,
        <code>{row.hint}</code>,
        row.scopes.join(', '),
        utc(row.createdAt),
        when(row.lastUsedAt, 'never'),
        row.revokedAt ? `revoked ${utc(row.revokedAt)}` : 'good',
      ])}
    />
  </Panel>
);
