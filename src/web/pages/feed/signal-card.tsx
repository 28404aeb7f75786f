import type { Tier } from '../../../billing/plans.ts';
import type { PremiumView, View } from '../../../distribution/redact.ts';
import type { ReleaseOf } from '../../../distribution/release.ts';
import { modeWording, wording } from '../../../distribution/wording.ts';

const CHANGES = { new: 'New', updated: 'Update', closed: 'Closed' } as const;

const clock = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

export const newYorkTime = (ms: number): string => `${clock.format(ms)} ET`;

const dollars = (price: number | null): string => (price === null ? '–' : `$${price.toFixed(2)}`);

/** Up and down are said in words and by shape, and only then in colour. */
const leaning = (view: View): 'up' | 'down' => {
  if (view.tier === 'basic') return view.right === 'C' ? 'up' : 'down';
  return view.direction === 'bullish' ? 'up' : 'down';
};

const Fact = ({ term, value }: { term: string; value: string }) => (
  <div>
    <dt>{term}</dt>
    <dd>{value}</dd>
  </div>
);

const PremiumFacts = ({ view }: { view: PremiumView }) => (
  <dl class="signal-facts">
    <Fact term="Expiry" value={view.expiry} />
    <Fact term="Quantity" value={String(view.quantity)} />
    {view.change === 'updated' ? null : <Fact term="Entry" value={dollars(view.entryPrice)} />}
    {view.change === 'new' ? <Fact term="Stop" value={dollars(view.stopPrice)} /> : null}
    {view.change === 'new' ? <Fact term="Target" value={dollars(view.targetPrice)} /> : null}
    {view.change === 'closed' ? <Fact term="Exit" value={dollars(view.exitPrice)} /> : null}
    {view.change === 'closed' && view.returnPercent !== null ? (
      <Fact term="Return after costs" value={`${view.returnPercent.toFixed(1)} %`} />
    ) : null}
  </dl>
);

const PremiumReasons = ({ view }: { view: PremiumView }) =>
  view.change !== 'new' || view.triggeredBy.length + view.riskFactors.length === 0 ? null : (
    <details class="signal-reasons">
      <summary>Why, and what could go wrong</summary>
      <ul>
        {view.triggeredBy.map((reason) => (
          <li>{reason}</li>
        ))}
        {view.riskFactors.map((risk) => (
          <li class="signal-risk">{`Risk: ${risk}`}</li>
        ))}
      </ul>
    </details>
  );

/**
 * One release as one article: the same on the page, in the stream and after a reconnect. It holds no hx-* attribute,
 * script or inline style, so that a streamed fragment needs no nonce.
 */
export const SignalCard = ({ release }: { release: ReleaseOf<Tier> }) => {
  const { view } = release;
  const released = new Date(release.releasedAtMs).toISOString();
  return (
    <article
      class={`signal signal-${view.change} signal-${leaning(view)}`}
      id={`release-${release.releaseId}`}
      data-signal={release.signalRef}
      data-tier={view.tier}
    >
      <header>
        <span class="signal-symbol">{view.symbol}</span>
        <span class="signal-change">{CHANGES[view.change]}</span>
        <span class={`signal-mode signal-mode-${view.mode}`}>{modeWording(view)}</span>
        <span class="signal-ref" title="Entries with the same mark are of one signal">
          {`#${release.signalRef.slice(0, 4)}`}
        </span>
        <time datetime={released}>{newYorkTime(release.releasedAtMs)}</time>
      </header>
      <p class="signal-wording">{wording(view)}</p>
      {view.tier === 'premium' ? <PremiumFacts view={view} /> : null}
      {view.tier === 'premium' ? <PremiumReasons view={view} /> : null}
    </article>
  );
};

/** The partial as text, for the stream. */
export const renderSignal = (release: ReleaseOf<Tier>): string => String(<SignalCard release={release} />);
