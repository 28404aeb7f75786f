import type { EngineView, ModuleSummary, NamedFigure } from '../../engine/index.ts';
import { clockTime, compact, decimal } from './format.ts';
import { Absent, Panel } from './panel.tsx';

const numberWords = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 1e6) return compact(value);
  return decimal(value, size >= 1000 ? 0 : size >= 10 ? 2 : 4);
};

const valueWords = (value: unknown): string => {
  if (typeof value === 'number') return numberWords(value);
  if (Array.isArray(value)) return value.map(valueWords).join(', ') || 'none';
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, item]) => `${name} ${isInstant(name, item) ? clockTime(item) : valueWords(item)}`)
    .join(', ');
};

/** By the house's naming: `openAt`, `asOf`. */
const isInstant = (name: string, item: unknown): item is number =>
  typeof item === 'number' && (name.endsWith('At') || name === 'asOf');

const FigureRow = ({ named: { name, figure } }: { named: NamedFigure }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      {'reason' in figure ? <Absent reason={figure.reason} /> : valueWords(figure.value)}{' '}
      <small class="as-of">
        {'reason' in figure ? figure.basis : `${clockTime(figure.asOf)} ${figure.basis}`}
        {'reason' in figure || figure.confidence === 1 ? '' : `, confidence ${decimal(figure.confidence)}`}
      </small>
    </dd>
  </div>
);

const heardWords = (module: ModuleSummary): string =>
  module.at === null ? 'not heard yet' : `heard ${clockTime(module.at)}, ${decimal(module.beats, 0)} times`;

const STATE_OF: Readonly<Record<ModuleSummary['state'], string>> = {
  live: 'live',
  waiting: 'connecting',
  stale: 'degraded',
  failed: 'down',
};

const ModuleCard = ({ module }: { module: ModuleSummary }) => (
  <article class="symbol" data-module={module.module}>
    <h3>
      {module.module}{' '}
      <small class="as-of">
        <span class="state" data-state={STATE_OF[module.state]}>
          {module.state}
        </span>
        {`, ${heardWords(module)}`}
      </small>
    </h3>
    {module.state === 'waiting' ? <p class="hint">{`Needs ${module.warmUp}.`}</p> : null}
    <dl class="facts">
      {module.figures.map((named) => (
        <FigureRow named={named} />
      ))}
    </dl>
  </article>
);

const ModulesPanel = ({ title, modules }: { title: string; modules: readonly ModuleSummary[] }) => (
  <Panel id={`modules-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`} title={title} wide>
    <p class="hint">{countWords(modules)}</p>
    <div class="symbols">
      {modules.map((module) => (
        <ModuleCard module={module} />
      ))}
    </div>
  </Panel>
);

const STATES: readonly ModuleSummary['state'][] = ['live', 'waiting', 'stale', 'failed'];

/** `21 live, 3 waiting, 1 stale (spread)`: who is silent is named. */
export const countWords = (modules: readonly ModuleSummary[]): string =>
  STATES.map((state) => ({ state, of: modules.filter((module) => module.state === state) }))
    .filter(({ of }) => of.length > 0)
    .map(({ state, of }) => {
      const names = state === 'stale' || state === 'failed' ? ` (${of.map(({ module }) => module).join(', ')})` : '';
      return `${of.length} ${state}${names}`;
    })
    .join(', ') || 'no modules';

/** All figures of all modules: what renews itself on the analytics page. */
export const AllModules = ({ view }: { view: EngineView | null }) =>
  view === null ? (
    <p class="empty">No figures yet.</p>
  ) : (
    <div class="admin-grid">
      {view.symbols.map(({ symbol, analytics }) => (
        <ModulesPanel title={symbol} modules={analytics} />
      ))}
      <ModulesPanel title="Between underlyings" modules={view.crossAsset} />
    </div>
  );
