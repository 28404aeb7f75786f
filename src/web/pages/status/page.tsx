import type { EngineStatus } from '../../../engine/index.ts';
import type { PageFrame } from '../../context.ts';
import { documentOf, Page } from '../../layout/layout.tsx';

export const ENGINE_WORDS: Readonly<Record<EngineStatus, string>> = {
  starting: 'The engine is starting.',
  running: 'The engine is running.',
  restarting: 'The engine is restarting. The site stays up, and signals go on when it is back.',
};

/** Seconds after which a silent engine is called silent. */
const SILENT_AFTER_MS = 10_000;

/** For everybody: whether the parts work, and nothing about what they hold. */
export const statusPage = (props: { frame: PageFrame; engine: EngineStatus; viewAgeMs: number | null }) => {
  const silent = props.engine === 'running' && (props.viewAgeMs === null || props.viewAgeMs > SILENT_AFTER_MS);
  return documentOf(
    <Page frame={props.frame} title="Status">
      <div class="page-heading">
        <h1>Status</h1>
      </div>
      <dl class="status-list">
        <div data-state="up">
          <dt>Website and accounts</dt>
          <dd>Working: this page was just made, database included.</dd>
        </div>
        <div data-state={props.engine === 'running' && !silent ? 'up' : 'down'}>
          <dt>Trading engine</dt>
          <dd>{silent ? 'The engine has not been heard from for a while.' : ENGINE_WORDS[props.engine]}</dd>
        </div>
      </dl>
    </Page>,
  );
};
