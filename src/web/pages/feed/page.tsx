import { entitlementsOf, type Tier } from '../../../billing/plans.ts';
import type { LatestReleases } from '../../../distribution/release.ts';
import type { PageFrame } from '../../context.ts';
import { documentOf, Page } from '../../layout/layout.tsx';
import { SignalCard } from './signal-card.tsx';

const delayLabel = (tier: Tier): string => {
  const { delaySeconds } = entitlementsOf(tier);
  if (delaySeconds === 0) return 'You see signals as they are made.';
  return `You see signals ${delaySeconds === 60 ? '60 seconds' : `${delaySeconds / 60} minutes`} after Premium.`;
};

/** Filled in by `public/js/feed.js`; reads sensibly without it. */
const LiveStatus = () => (
  <p class="live-status" id="live-status" data-state="connecting">
    <span class="live-dot" aria-hidden="true" />
    <span id="live-status-text">Connecting …</span>
    <noscript>Live updates need JavaScript; reload the page to see new signals.</noscript>
  </p>
);

export interface FeedProps {
  readonly frame: PageFrame;
  readonly tier: Tier;
  readonly latest: LatestReleases<Tier>;
}

export const feedPage = ({ frame, tier, latest }: FeedProps) =>
  documentOf(
    <Page frame={frame} title="Feed" live scripts={['js/feed.js']}>
      <div class="page-heading">
        <div>
          <h1>Signals</h1>
          <p class="delay-label">
            <span class={`chip chip-${tier}`}>{entitlementsOf(tier).name}</span> {delayLabel(tier)}
          </p>
        </div>
        <LiveStatus />
      </div>
      <section
        id="feed"
        class="feed"
        role="log"
        aria-live="polite"
        aria-label="Signals, newest first"
        hx-nonce={frame.nonce}
        hx-swap="afterbegin"
        {...{ 'hx-sse:connect': `/live?after=${encodeURIComponent(latest.cursor)}` }}
      >
        {latest.releases.map((release) => (
          <SignalCard release={release} />
        ))}
        <p class="feed-empty">
          No signals yet. They appear here by themselves: this page stays connected while it is open.
        </p>
      </section>
    </Page>,
  );
