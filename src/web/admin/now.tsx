import type { ChatHealth } from '../../db/queries/chat/overview.ts';
import type { CommandRow } from '../../db/queries/commands.ts';
import type { DeliveryHealth } from '../../db/queries/deliveries.ts';
import type { EngineStatus, EngineView } from '../../engine/index.ts';
import type { LiveCounts } from '../live/types.ts';
import { ENGINE_WORDS } from '../pages/status/page.tsx';
import { Analytics } from './analytics.tsx';
import { Orders, Positions } from './book.tsx';
import { Commands } from './command-log.tsx';
import { Deliveries } from './deliveries.tsx';
import { Feeds } from './feeds.tsx';
import { age, clockTime, money } from './format.ts';
import { KillState } from './kill-state.tsx';
import { LimitsPanel } from './limits.tsx';
import { Anomalies, Denials, OpenSignals } from './record.tsx';
import { Rooms } from './rooms.tsx';
import { Agreement, Calendar, Pricing, Streams } from './sources.tsx';

export interface AdminFacts {
  readonly view: EngineView | null;
  readonly viewAgeMs: number | null;
  readonly status: EngineStatus;
  /** Newest first. */
  readonly commands: readonly CommandRow[];
  readonly deliveries: DeliveryHealth;
  readonly chats: ChatHealth;
  readonly streams: LiveCounts;
}

const STALE_VIEW_MS = 5_000;

const viewState = (facts: AdminFacts): 'up' | 'stale' | 'down' => {
  if (facts.status !== 'running') return 'down';
  return facts.viewAgeMs === null || facts.viewAgeMs > STALE_VIEW_MS ? 'stale' : 'up';
};

const ViewAge = ({ facts }: { facts: AdminFacts }) =>
  facts.viewAgeMs === null ? (
    <span>No figures yet.</span>
  ) : (
    <span>{`Figures ${age(facts.viewAgeMs)} old${viewState(facts) === 'up' ? '' : ': do not rely on them'}.`}</span>
  );

const Gauge = ({ term, value, tone }: { term: string; value: string; tone?: string | undefined }) => (
  <div class={tone ? `gauge gauge-${tone}` : 'gauge'}>
    <dt>{term}</dt>
    <dd>{value}</dd>
  </div>
);

const brokerWords = ({ broker }: EngineView): string => {
  if (!broker.connected) return 'Disconnected';
  return broker.synced ? `Synced ${broker.account ?? ''}` : 'Connected, not synced';
};

const Gauges = ({ view }: { view: EngineView }) => (
  <dl class="gauges">
    <Gauge term="Trading" value={view.mode} />
    <Gauge term="Control" value={view.control} tone={view.control === 'manual' ? 'warn' : undefined} />
    <Gauge term="Broker" value={brokerWords(view)} tone={view.broker.synced ? undefined : 'bad'} />
    <Gauge
      term="Market time"
      value={`${clockTime(view.marketAt)} ET, ${view.sessionOpen ? 'open' : 'closed'} ${view.sessionDate ?? ''}`}
    />
    <Gauge term="Realised today" value={money(view.realisedToday)} tone={view.realisedToday < 0 ? 'bad' : undefined} />
    <Gauge
      term="Net liquidation"
      value={view.broker.netLiquidation === null ? 'unknown' : money(view.broker.netLiquidation)}
    />
  </dl>
);

const Figures = ({ view }: { view: EngineView }) => (
  <>
    <LimitsPanel view={view} />
    <Denials view={view} />
    <Positions view={view} />
    <Orders view={view} />
    <OpenSignals view={view} />
    <Feeds view={view} />
    <Streams view={view} />
    <Pricing view={view} />
    <Calendar view={view} />
    <Agreement view={view} />
    <Analytics view={view} />
    <Anomalies view={view} />
  </>
);

/** Everything on the admin page that changes by itself; holds no hx-* attributes and no form. */
export const AdminNow = ({ facts }: { facts: AdminFacts }) => (
  <div id="admin-now-content" data-engine={facts.status}>
    <p class="engine-status" data-state={viewState(facts)}>
      <strong>{ENGINE_WORDS[facts.status]}</strong> <ViewAge facts={facts} />
    </p>
    <KillState view={facts.view} commands={facts.commands} />
    {facts.view ? <Gauges view={facts.view} /> : null}
    <div class="admin-grid">
      {facts.view ? <Figures view={facts.view} /> : null}
      <Deliveries deliveries={facts.deliveries} streams={facts.streams} />
      <Rooms chats={facts.chats} />
      <Commands commands={facts.commands} />
    </div>
  </div>
);
