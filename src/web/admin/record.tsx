import type { EngineView } from '../../engine/index.ts';
import { clockTime, decimal, listed } from './format.ts';
import { Panel, Table } from './panel.tsx';

export const OpenSignals = ({ view }: { view: EngineView }) => (
  <Panel id="open-signals" title="Open signals" wide>
    <Table
      columns={['Contract', 'Strategy', 'State', 'Quantity', 'Entry', 'Stop', 'Target', 'Since']}
      figures={[3, 4, 5, 6]}
      empty="No open signals."
      rows={view.openSignals.map((signal) => [
        <code>{signal.contract.id}</code>,
        `${signal.strategy}, ${signal.direction}`,
        signal.update ?? signal.change,
        signal.quantity,
        decimal(signal.entryPrice),
        decimal(signal.stopPrice),
        decimal(signal.targetPrice),
        clockTime(signal.marketAt),
      ])}
    />
  </Panel>
);

export const Denials = ({ view }: { view: EngineView }) => (
  <Panel id="denials" title="Last refusals by the risk rules">
    <Table
      columns={['At', 'Symbol', 'Refused because']}
      empty="Nothing was refused yet."
      rows={view.lastDenials.map((refusal) => [
        clockTime(refusal.at),
        refusal.symbol,
        <ul class="reasons">
          {refusal.denials.map((denial) => (
            <li>
              <strong>{denial.code}</strong> {listed(denial.facts)}
            </li>
          ))}
        </ul>,
      ])}
    />
  </Panel>
);

export const Anomalies = ({ view }: { view: EngineView }) => (
  <Panel id="anomalies" title="Anomalies">
    <Table
      columns={['At', 'What', 'Facts']}
      empty="None seen in this run."
      rows={view.anomalies.map((anomaly) => [clockTime(anomaly.at), anomaly.name, listed(anomaly.facts)])}
    />
  </Panel>
);
