import { z } from 'zod';
import { TIERS } from '../../../billing/plans.ts';
import { MEMBER_STATES, type MemberQuery, SUBSCRIPTION_STATUSES } from '../../../db/queries/members/search.ts';

/** PostgreSQL's text holds no NUL, and no address any other invisible character. */
const visible = z
  .string()
  .trim()
  .max(254)
  .regex(/^\P{Cc}*$/u);

const shape = z.object({
  text: visible.catch(''),
  tier: z.enum(TIERS).nullable().catch(null),
  status: z.enum(SUBSCRIPTION_STATUSES).nullable().catch(null),
  state: z.enum(MEMBER_STATES).nullable().catch(null),
  after: z.guid().nullable().catch(null),
});

/** What the address asks for; what makes no sense asks for nothing. */
export const queryFrom = (query: Readonly<Record<string, string>>): MemberQuery => shape.parse(query);

/** The address of the same search from another place in it. */
export const searchHref = ({ text, tier, status, state }: MemberQuery, after: string): string => {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries({ text, tier, status, state, after })) if (value) asked.set(name, value);
  return `/admin/members?${asked}`;
};
