import type { EngineView, SourcesView } from '../../engine/index.ts';
import { age, clockTime, compact, decimal } from './format.ts';
import { Absent, Panel, Table } from './panel.tsx';

/** How a stream's state is coloured: as the feed states that mean as much. */
const TONE: Readonly<Record<SourcesView['streams'][number]['state'], string>> = {
  live: 'live',
  silent: 'degraded',
  delayed: 'degraded',
  frozen: 'degraded',
  dead: 'down',
};

const countsOf = (streams: SourcesView['streams']): string => {
  const counts = new Map<string, number>();
  for (const { state } of streams) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
};

/** Who got no line, who is silent, who is not of now: what is live is only counted. */
export const Streams = ({ view }: { view: EngineView }) => {
  const { streams } = view.sources;
  const troubled = streams.filter(({ state }) => state !== 'live');
  return (
    <Panel id="streams" title="Streams" wide>
      <p class="hint">{streams.length === 0 ? 'No stream has reported yet.' : countsOf(streams)}</p>
      <Table
        columns={['Feed', 'Symbol', 'State', 'Reason', 'Since']}
        empty={streams.length === 0 ? 'Streams report once they are subscribed to.' : 'Every stream is live.'}
        rows={troubled.map(({ feed, symbol, state, reason, since }) => [
          feed,
          symbol,
          <span class="state" data-state={TONE[state]}>
            {state}
          </span>,
          reason ?? <Absent reason="not given" />,
          clockTime(since),
        ])}
      />
    </Panel>
  );
};

const milliseconds = (value: number | null) => (value === null ? <Absent reason="no answers" /> : age(value));

const PRIMARY: Readonly<Record<SourcesView['pricing']['primary'], string>> = {
  alphavantage: 'Alpha Vantage, held against the broker’s quotes',
  ibkr: 'Interactive Brokers alone; chains tell structure only',
};

export const Pricing = ({ view }: { view: EngineView }) => {
  const { primary, since, budget } = view.sources.pricing;
  return (
    <Panel id="pricing" title="Option prices and request budget">
      <dl class="facts">
        <div>
          <dt>Prices that count</dt>
          <dd>{`${PRIMARY[primary]}${since === null ? '' : `, since ${clockTime(since)}`}`}</dd>
        </div>
        {budget === null ? (
          <div>
            <dt>Budget</dt>
            <dd>
              <Absent reason="not reported yet" />
            </dd>
          </div>
        ) : (
          <>
            <div>
              <dt>Calls, last minute</dt>
              <dd>{`${decimal(budget.callsLastMinute, 0)} of ${decimal(budget.budgetPerMinute, 0)}, ${decimal(budget.tokens, 0)} left now`}</dd>
            </div>
            <div>
              <dt>Latency, 3 minutes</dt>
              <dd>
                p50 {milliseconds(budget.latencyP50Ms)}, p95 {milliseconds(budget.latencyP95Ms)}
                {budget.slowSince === null ? '' : `, too slow since ${clockTime(budget.slowSince)}`}
              </dd>
            </div>
          </>
        )}
      </dl>
      {budget === null ? null : (
        <Table
          columns={['Stream', 'Asked', 'Dropped', 'Answered']}
          figures={[1, 2, 3]}
          empty="Nothing was asked in the last minute."
          rows={budget.streams.map(({ name, asked, dropped, answered }) => [
            name,
            decimal(asked, 0),
            decimal(dropped, 0),
            decimal(answered, 0),
          ])}
        />
      )}
    </Panel>
  );
};

const sessionWords = ({ date, openAt, closeAt, earlyClose, isOpen }: SourcesView['calendar']): string =>
  `${date}, ${clockTime(openAt)} to ${clockTime(closeAt)}${earlyClose ? ' (early close)' : ''}, ${isOpen ? 'open' : 'not open'}`;

export const Calendar = ({ view }: { view: EngineView }) => {
  const { calendar, macro, stateStore } = view.sources;
  return (
    <Panel id="calendar" title="Calendar and context">
      <dl class="facts">
        <div>
          <dt>{calendar.isOpen ? 'This session' : 'Next session'}</dt>
          <dd>{sessionWords(calendar)}</dd>
        </div>
        {calendar.gatewayClosedUntil === null ? null : (
          <div>
            <dt>Gateway</dt>
            <dd>{`restarting: no new risk before ${clockTime(calendar.gatewayClosedUntil)}`}</dd>
          </div>
        )}
        {calendar.exceptions.map(({ date, kind, reason }) => (
          <div>
            <dt>{date}</dt>
            <dd>{`${kind}: ${reason}`}</dd>
          </div>
        ))}
        {calendar.expirations.map(({ symbol, dates }) => (
          <div>
            <dt>{`${symbol} expires`}</dt>
            <dd>{dates.join(', ')}</dd>
          </div>
        ))}
        {macro.map(({ series, date, value, unit }) => (
          <div>
            <dt>{series}</dt>
            <dd>
              {value === null ? <Absent /> : `${value >= 1e6 ? compact(value) : decimal(value)} (${unit}, ${date})`}
            </dd>
          </div>
        ))}
        <div>
          <dt>State store</dt>
          <dd>
            {stateStore === null ? (
              <Absent reason="no Redis configured" />
            ) : (
              `${stateStore.state}, ${decimal(stateStore.written, 0)} written, ${decimal(stateStore.lost, 0)} given up`
            )}
          </dd>
        </div>
      </dl>
    </Panel>
  );
};

export const Agreement = ({ view }: { view: EngineView }) => (
  <Panel id="agreement" title="Two ways to one figure" wide>
    <p class="hint">
      Minutes made of prints beside the broker's own, our indicators beside Alpha Vantage's, and bars of the past that
      warmed them up.
    </p>
    <Table
      columns={['Symbol', 'Minutes', 'Disagreed', 'Indicators', 'Disagreed', 'History bars']}
      figures={[1, 2, 3, 4, 5]}
      empty="No symbol is traded."
      rows={view.sources.agreement.map((row) => [
        row.symbol,
        decimal(row.minutesCompared, 0),
        decimal(row.minutesDisagreed, 0),
        decimal(row.indicatorsCompared, 0),
        decimal(row.indicatorsDisagreed, 0),
        decimal(row.historyBars, 0),
      ])}
    />
  </Panel>
);
