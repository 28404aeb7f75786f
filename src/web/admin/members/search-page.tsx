import { TIERS } from '../../../billing/plans.ts';
import {
  MEMBER_STATES,
  type MemberLine,
  type MemberQuery,
  type MemberState,
  SUBSCRIPTION_STATUSES,
} from '../../../db/queries/members/search.ts';
import type { PageFrame } from '../../context.ts';
import { documentOf, Page } from '../../layout/layout.tsx';
import { utc } from '../format.ts';
import { Table } from '../panel.tsx';
import { searchHref } from './search-query.ts';

const STATES: Readonly<Record<MemberState, string>> = {
  comped: 'Given access',
  'two-subscriptions': 'Two subscriptions',
  banned: 'Banned',
  'banned-and-paying': 'Banned, yet subscribed',
  unverified: 'Address not proved',
  operator: 'Operators',
};

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly chosen: string | null;
  readonly options: readonly (readonly [value: string, words: string])[];
}

const Choice = ({ name, label, chosen, options }: ChoiceProps) => (
  <div class="field">
    <label for={`search-${name}`}>{label}</label>
    <select id={`search-${name}`} name={name}>
      <option value="">Any</option>
      {options.map(([value, words]) => (
        <option value={value} selected={value === chosen}>
          {words}
        </option>
      ))}
    </select>
  </div>
);

const SearchForm = ({ query }: { query: MemberQuery }) => (
  <search>
    <form method="get" action="/admin/members" class="search-form">
      <div class="field">
        <label for="search-text">E-mail, or an id (account, cus_, sub_)</label>
        <input id="search-text" name="text" type="text" value={query.text} maxlength={254} autocomplete="off" />
      </div>
      <Choice name="tier" label="Tier" chosen={query.tier} options={TIERS.map((tier) => [tier, tier])} />
      <Choice
        name="status"
        label="Subscription"
        chosen={query.status}
        options={SUBSCRIPTION_STATUSES.map((status) => [status, status.replace('_', ' ')])}
      />
      <Choice
        name="state"
        label="State"
        chosen={query.state}
        options={MEMBER_STATES.map((state) => [state, STATES[state]])}
      />
      <button class="button" type="submit">
        Search
      </button>
    </form>
  </search>
);

const marksOf = (member: MemberLine): string[] => [
  ...(member.role === 'operator' ? ['operator'] : []),
  ...(member.deleted ? ['deleted'] : []),
  ...(member.comped ? ['given access'] : []),
  ...(member.verified ? [] : ['address not proved']),
];

const Marks = ({ member }: { member: MemberLine }) => (
  <>
    {member.banned ? <strong class="alarm">banned </strong> : null}
    {member.renewing > 1 ? <strong class="alarm">pays twice </strong> : null}
    {marksOf(member).join(', ')}
  </>
);

export interface SearchPageProps {
  readonly frame: PageFrame;
  readonly query: MemberQuery;
  readonly members: readonly MemberLine[];
  readonly more: boolean;
}

export const searchPage = ({ frame, query, members, more }: SearchPageProps) => {
  const last = members.at(-1);
  return documentOf(
    <Page frame={frame} title="Members" wide>
      <div class="page-heading">
        <h1>Members</h1>
        <p class="hint">
          <a href="/admin/revenue">Revenue</a> · <a href="/admin">Trading desk</a>
        </p>
      </div>
      <SearchForm query={query} />
      <section class="panel" aria-label="Members found">
        <Table
          columns={['E-mail', 'Tier', 'Subscriptions', 'Notes', 'Since']}
          empty="Nobody like that."
          rows={members.map((member) => [
            <a href={`/admin/members/${member.id}`}>{member.email}</a>,
            <span class={`chip chip-${member.tier}`}>{member.tier}</span>,
            member.subscriptions ?? '',
            <Marks member={member} />,
            utc(member.createdAt),
          ])}
        />
      </section>
      <nav class="pager" aria-label="Pages">
        {query.after ? <a href={searchHref(query, '')}>First page</a> : null}
        {more && last ? (
          <a href={searchHref(query, last.id)} rel="next">
            Older accounts
          </a>
        ) : null}
      </nav>
    </Page>,
  );
};
