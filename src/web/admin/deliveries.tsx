import type { DeliveryHealth } from '../../db/queries/deliveries.ts';
import type { LiveCounts } from '../live/types.ts';
import { decimal } from './format.ts';
import { Panel, Table } from './panel.tsx';

export const Deliveries = ({ deliveries, streams }: { deliveries: DeliveryHealth; streams: LiveCounts }) => {
  const { premium, basic, free } = streams.streamsByTier;
  return (
    <Panel id="deliveries" title="Distribution">
      <dl class="facts">
        <div>
          <dt>Telegram and Discord</dt>
          <dd>
            {`${decimal(deliveries.counts.delivered, 0)} delivered, ${decimal(deliveries.counts.queued, 0)} queued, ${decimal(deliveries.counts.failed, 0)} failed`}
          </dd>
        </div>
        <div>
          <dt>Streams on this node</dt>
          <dd>{`${streams.streams} open: ${premium} Premium, ${basic} Basic, ${free} Free`}</dd>
        </div>
        <div>
          <dt>Events streamed</dt>
          <dd>{`${decimal(streams.delivered, 0)}, ${streams.evicted} slow clients dropped`}</dd>
        </div>
      </dl>
      <Table
        columns={['Channel', 'Tries', 'What the vendor said']}
        figures={[1]}
        empty="No failed delivery."
        rows={deliveries.failures.map((failure) => [failure.channel, failure.attempts, failure.lastError ?? ''])}
      />
    </Panel>
  );
};
