import type { Child } from 'hono/jsx';
import type { RevenueRows } from '../../../db/queries/revenue.ts';
import type { PageFrame } from '../../context.ts';
import { documentOf, Page } from '../../layout/layout.tsx';
import { decimal, money } from '../format.ts';
import { Panel, Table } from '../panel.tsx';
import { AtRiskPanel } from './at-risk.tsx';
import { cashIn, DEFINITIONS, lastMonths, type Month, movementsIn, mrrNow, mrrOfHistory, trialsOf } from './figures.ts';
import { Reconciliation } from './reconciliation.tsx';

const MONTHS_SHOWN = 12;

const dollars = (cents: number): string => money(cents / 100);
const percent = (share: number | null): string => (share === null ? '–' : `${decimal(share * 100, 1)} %`);
const moved = ({ subscriptions, cents }: { readonly subscriptions: number; readonly cents: number }): string =>
  subscriptions === 0 ? '–' : `${dollars(cents)} (${subscriptions})`;

const Gauge = ({ term, bad = false, children }: { term: string; bad?: boolean; children?: Child }) => (
  <div class={bad ? 'gauge gauge-bad' : 'gauge'}>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);

/** As it stands, and whether its history says the same. */
const Now = ({ rows }: { rows: RevenueRows }) => {
  const now = mrrNow(rows.subscriptions);
  const differenceCents = now.mrrCents - mrrOfHistory(rows.changes);
  const { premium, basic } = now.byTier;
  return (
    <dl class="gauges" id="mrr">
      <Gauge term="MRR">{dollars(now.mrrCents)}</Gauge>
      <Gauge term="Premium">{`${dollars(premium.mrrCents)} (${premium.subscriptions})`}</Gauge>
      <Gauge term="Basic">{`${dollars(basic.mrrCents)} (${basic.subscriptions})`}</Gauge>
      <Gauge term="Of it set to end">{dollars(now.endingCents)}</Gauge>
      <Gauge term="Trials, if all went on">{`${dollars(now.trialCents)} (${now.trials})`}</Gauge>
      <Gauge term="Against its own history" bad={differenceCents !== 0}>
        {differenceCents === 0 ? 'adds up' : `${dollars(differenceCents)} off`}
      </Gauge>
    </dl>
  );
};

const Movements = ({ months, rows }: { months: readonly Month[]; rows: RevenueRows }) => (
  <Panel id="movements" title="How MRR moved" wide>
    <Table
      columns={[
        'Month',
        'At its start',
        'New',
        'Recovered',
        'Up',
        'Down',
        'Lost',
        'At its end',
        'Churn, subscriptions',
        'Churn, MRR',
      ]}
      figures={[1, 2, 3, 4, 5, 6, 7, 8, 9]}
      empty=""
      rows={months.map((month) => {
        const one = movementsIn(month, rows.changes);
        return [
          month,
          dollars(one.startCents),
          moved(one.fresh),
          moved(one.recovered),
          moved(one.up),
          moved(one.down),
          moved(one.lost),
          dollars(one.endCents),
          percent(one.subscriptionChurn),
          percent(one.mrrChurn),
        ];
      })}
    />
  </Panel>
);

const Trials = ({ months, rows }: { months: readonly Month[]; rows: RevenueRows }) => (
  <Panel id="trials" title="Trials by the month they began">
    <Table
      columns={['Month', 'Began', 'Converted', 'Not taken', 'Running', 'Conversion']}
      figures={[1, 2, 3, 4, 5]}
      empty=""
      rows={months.map((month) => {
        const one = trialsOf(month, rows.changes);
        return [month, one.started, one.converted, one.notTaken, one.running, percent(one.conversion)];
      })}
    />
  </Panel>
);

const Cash = ({ months, rows }: { months: readonly Month[]; rows: RevenueRows }) => (
  <Panel id="cash" title="Money in">
    <Table
      columns={['Month', 'Payments', 'Collected', 'Refunded of it', 'Disputes', 'Lost']}
      figures={[1, 2, 3, 4, 5]}
      empty=""
      rows={months.map((month) => {
        const one = cashIn(month, rows.invoices);
        return [
          month,
          one.payments,
          dollars(one.collectedCents),
          dollars(one.refundedCents),
          one.disputes,
          one.disputesLost,
        ];
      })}
    />
  </Panel>
);

const Definitions = () => (
  <Panel id="definitions" title="What the figures mean" wide>
    <p class="hint">Counted from our own rows as of the last reading of Stripe. Months are calendar months in UTC.</p>
    <dl class="facts definitions">
      {DEFINITIONS.map(([term, meaning]) => (
        <div>
          <dt>{term}</dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  </Panel>
);

export const revenuePage = ({ frame, rows }: { readonly frame: PageFrame; readonly rows: RevenueRows }) => {
  const months = lastMonths(rows.now, MONTHS_SHOWN);
  return documentOf(
    <Page frame={frame} title="Revenue" wide>
      <div class="page-heading">
        <h1>Revenue</h1>
        <p class="hint">
          <a href="/admin/members">Members</a> · <a href="/admin">Trading desk</a>
        </p>
      </div>
      <div class="admin-grid">
        <div class="panel-wide">
          <Now rows={rows} />
        </div>
        <Reconciliation row={rows.reconciliation} now={new Date()} />
        <Movements months={months} rows={rows} />
        <AtRiskPanel rows={rows} />
        <Trials months={months} rows={rows} />
        <Cash months={months} rows={rows} />
        <Definitions />
      </div>
    </Page>,
  );
};
