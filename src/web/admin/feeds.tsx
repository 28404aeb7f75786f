import type { EngineView } from '../../engine/index.ts';
import { age, decimal } from './format.ts';
import { Absent, Panel, Table } from './panel.tsx';

type Feed = EngineView['feeds'][number];

const Refused = ({ feed }: { feed: Feed }) => {
  const reasons = Object.entries(feed.refused).filter(([, times]) => times > 0);
  if (reasons.length === 0) return <span class="muted">none</span>;
  return (
    <ul class="reasons">
      {reasons.map(([reason, times]) => (
        <li>{`${reason} × ${decimal(times, 0)}`}</li>
      ))}
    </ul>
  );
};

const State = ({ feed }: { feed: Feed }) => (
  <span class="state" data-state={feed.state}>
    {feed.reason === null ? feed.state : `${feed.state}: ${feed.reason}`}
  </span>
);

export const Feeds = ({ view }: { view: EngineView }) => (
  <Panel id="feeds" title="Feeds" wide>
    <Table
      columns={['Feed', 'State', 'Last message', 'Received', 'Refused at the border']}
      figures={[2, 3]}
      empty="No feed has reported yet."
      rows={view.feeds.map((feed) => [
        feed.feed,
        <State feed={feed} />,
        feed.ageMs === null ? <Absent reason="never" /> : `${age(feed.ageMs)} ago`,
        decimal(feed.received, 0),
        <Refused feed={feed} />,
      ])}
    />
  </Panel>
);
