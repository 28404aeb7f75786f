import { z } from 'zod';
import type { Tier } from '../../../billing/plans.ts';
import {
  latestReleased,
  type ReleaseOf,
  readRelease,
  readReleased,
  signalHistory,
} from '../../../distribution/release.ts';
import type { Site, WebHandler } from '../../context.ts';
import { problem } from './problem.ts';
import { staleness } from './staleness.ts';
import { withKey } from './with-key.ts';

const PAGE_LENGTH = 50;
const PAGE_LENGTH_MAX = 200;

const query = z.object({
  limit: z.coerce.number().int().min(1).max(PAGE_LENGTH_MAX).default(PAGE_LENGTH),
  after: z.string().min(1).max(100).optional(),
});

/** As the feed shows it, in the words of its own tier: the view is redacted before it comes here. */
const entryOf = ({ releaseId, signalRef, releasedAtMs, view }: ReleaseOf<Tier>) => ({
  id: releaseId,
  signal: signalRef,
  releasedAt: new Date(releasedAtMs).toISOString(),
  ...view,
});

/** Oldest first. `cursor` goes on from the last entry, whenever it is asked again. */
export const listSignals = (site: Site): WebHandler =>
  withKey(site, 'signals:read', async (c, { tier }) => {
    const parsed = query.safeParse(c.req.query());
    if (!parsed.success) return problem(c, 'bad-parameter', `limit: 1 to ${PAGE_LENGTH_MAX}; after: a cursor.`);
    const { limit, after } = parsed.data;
    const freshness = staleness(site);
    if (after === undefined) {
      const { releases, cursor } = await latestReleased(site.db.db, tier, { limit });
      return c.json({ data: [...releases].reverse().map(entryOf), cursor, more: false, staleness: freshness });
    }
    const read = await readReleased(site.db.db, tier, { after, limit: limit + 1 });
    if (read.kind === 'reset') return problem(c, 'unknown-cursor');
    const data = read.releases.slice(0, limit).map(entryOf);
    const more = read.releases.length > limit;
    return c.json({ data, cursor: data.at(-1)?.id ?? after, more, staleness: freshness });
  });

/** Everything released of one signal, by its own id or by that of any of its entries. */
export const showSignal = (site: Site): WebHandler =>
  withKey(site, 'signals:read', async (c, { tier }) => {
    const id = c.req.param('id') ?? '';
    const direct = await signalHistory(site.db.db, tier, id);
    const entry = direct.length > 0 ? null : await readRelease(site.db.db, tier, id);
    const history = entry ? await signalHistory(site.db.db, tier, entry.signalRef) : direct;
    const [first] = history;
    if (!first) return problem(c, 'not-found');
    return c.json({ id: first.signalRef, data: history.map(entryOf), staleness: staleness(site) });
  });
