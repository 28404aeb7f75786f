import type { EngineView, Figure } from '../../engine/index.ts';
import { decimal } from './format.ts';
import { Absent, Panel, Table } from './panel.tsx';

const shown = (figure: Figure, digits: number) =>
  figure.value === null ? <Absent reason={figure.reason} /> : decimal(figure.value, digits);

/** Part of the limit in use, whole percent; absent while the figure is. */
const used = (figure: Figure, limit: number) =>
  figure.value === null || limit === 0 ? (
    <Absent />
  ) : (
    <meter min={0} max={100} high={80} value={Math.min(100, Math.max(0, Math.round((figure.value / limit) * 100)))}>
      {`${Math.round((figure.value / limit) * 100)} %`}
    </meter>
  );

const magnitude = (figure: Figure): Figure =>
  figure.value === null ? figure : { ...figure, value: Math.abs(figure.value) };

export const LimitsPanel = ({ view }: { view: EngineView }) => {
  const { netDelta, netGamma, netThetaPerDay } = view.exposure;
  const { limits } = view;
  return (
    <Panel id="limits" title="Net Greeks and limits">
      <Table
        columns={['Greek', 'Net now', 'Limit', 'In use']}
        figures={[1, 2]}
        empty=""
        rows={[
          [
            'Delta, shares',
            shown(netDelta, 0),
            `± ${decimal(limits.maxNetDelta, 0)}`,
            used(magnitude(netDelta), limits.maxNetDelta),
          ],
          [
            'Gamma',
            shown(netGamma, 1),
            `± ${decimal(limits.maxNetGamma, 0)}`,
            used(magnitude(netGamma), limits.maxNetGamma),
          ],
          [
            'Theta, $ a day',
            shown(netThetaPerDay, 0),
            `≥ ${decimal(limits.minNetThetaPerDay, 0)}`,
            used(netThetaPerDay, limits.minNetThetaPerDay),
          ],
        ]}
      />
      <dl class="facts">
        <div>
          <dt>Contracts per symbol</dt>
          <dd>{`at most ${limits.maxContractsPerSymbol}`}</dd>
        </div>
        <div>
          <dt>Risk per trade</dt>
          <dd>{`at most ${decimal(limits.maxRiskPerTradeFraction * 100, 1)} % of equity`}</dd>
        </div>
        <div>
          <dt>Loss per day</dt>
          <dd>{`at most ${decimal(limits.maxDailyLossFraction * 100, 1)} % of equity`}</dd>
        </div>
      </dl>
    </Panel>
  );
};
