import type { EngineView } from '../../engine/index.ts';
import { decimal, money } from './format.ts';
import { Absent, Panel, Table } from './panel.tsx';

type Position = EngineView['positions'][number];

/** A contract without a resting stop is the worst thing this page can show. */
const Protection = ({ position }: { position: Position }) => {
  const { stopPrice, stopQuantity, quantity } = position;
  if (stopPrice === null || stopQuantity === 0) return <strong class="alarm">no stop</strong>;
  if (stopQuantity !== Math.abs(quantity))
    return <strong class="alarm">{`${decimal(stopPrice)} for ${stopQuantity} of ${Math.abs(quantity)}`}</strong>;
  return <span>{`${decimal(stopPrice)} for all ${stopQuantity}`}</span>;
};

export const Positions = ({ view }: { view: EngineView }) => (
  <Panel id="positions" title="Positions" wide>
    <Table
      columns={['Contract', 'Quantity', 'Average', 'Mark', 'Unrealised', 'Realised', 'Stop at the broker']}
      figures={[1, 2, 3, 4, 5]}
      empty="Flat: no positions."
      rows={view.positions.map((position) => [
        <code>{position.contractId}</code>,
        position.quantity,
        decimal(position.averagePrice),
        position.markPrice === null ? <Absent /> : decimal(position.markPrice),
        position.unrealised === null ? <Absent /> : money(position.unrealised),
        money(position.realised),
        <Protection position={position} />,
      ])}
    />
  </Panel>
);

export const Orders = ({ view }: { view: EngineView }) => (
  <Panel id="orders" title="Working orders" wide>
    <Table
      columns={['Order', 'Purpose', 'Contract', 'Side', 'Type', 'Filled', 'Price', 'Status']}
      figures={[5, 6]}
      empty="No working orders."
      rows={view.orders.map((order) => [
        <code>{order.clientOrderId}</code>,
        order.purpose,
        <code>{order.contractId}</code>,
        order.side,
        order.type,
        `${order.filled} / ${order.quantity}`,
        order.price === null ? <Absent reason="market" /> : decimal(order.price),
        <span class="state" data-state={order.status === 'unknown' ? 'down' : 'live'}>
          {order.status}
        </span>,
      ])}
    />
  </Panel>
);
