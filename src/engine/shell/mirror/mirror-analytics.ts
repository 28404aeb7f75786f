import type { ModuleSummary } from '../../core/analytics/suite/suite-view.ts';
import type { EngineView, Figure, SymbolView } from '../../core/view.ts';
import type { StateStore } from '../../ports/store.ts';
import { type Moment, stampNow, stampOf } from './stamp.ts';

const ALERTS_MS = 300_000;

/** Modules whose name in the briefs is another than ours. */
const BRIEF_NAMES: Readonly<Record<string, string>> = {
  'chain-greeks': 'greeks',
  'flow-classes': 'flow_clusters',
  'volatility-forecast': 'vol_forecast',
  'closing-auction': 'moc_pred',
};
const keyName = (module: string): string => BRIEF_NAMES[module] ?? module.replaceAll('-', '_');

const moduleText = ({ module, state, beats, figures }: ModuleSummary): string =>
  JSON.stringify({
    module,
    state,
    beats,
    figures: Object.fromEntries(figures.map(({ name, figure }) => [name, figure])),
  });

/** A figure under its name, or why it is absent under `name_absent`: an empty field would pass for a zero. */
const figureFields = (figures: Readonly<Record<string, Figure>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(figures).map(([name, figure]) =>
      figure.value === null ? [`${name}_absent`, figure.reason] : [name, String(figure.value)],
    ),
  );

/** Figures of every module, with the briefs' short forms of exposure, toxicity and regime. */
export const createAnalyticsMirror = (store: StateStore) => {
  const writtenAt = new Map<string, number>();
  const putModule = (module: ModuleSummary, symbol: string, moment: Moment): void => {
    if (module.at === null) return;
    const key = `analytics:${keyName(module.module)}:${symbol}`;
    if (writtenAt.get(key) === module.at) return;
    writtenAt.set(key, module.at);
    store.put(key, { kind: 'json', text: moduleText(module) }, stampOf(moment, module.at));
  };
  const putShortForms = ({ symbol, exposure, vpin }: SymbolView, moment: Moment): void => {
    if (exposure) {
      const { gex: total, gexOwn: own, gammaFlip: flip, callWall, putWall, absoluteGammaStrike } = exposure;
      const fields = figureFields({ total, own, flip, callWall, putWall, absoluteGammaStrike });
      const value = {
        kind: 'hash',
        fields: { ...fields, basis: exposure.basis, spot: String(exposure.spot) },
      } as const;
      store.put(`analytics:${symbol}:gex`, value, stampOf(moment, exposure.asOf));
    }
    if (vpin.value === null) return;
    const fields = { ...figureFields({ value: vpin }), buckets: String(vpin.buckets), classifier: vpin.classifier };
    store.put(`analytics:${symbol}:vpin`, { kind: 'hash', fields }, stampOf(moment, vpin.asOf));
  };
  const putStatus = (view: EngineView, moment: Moment): void => {
    const fields: Record<string, string> = {};
    const add = (symbol: string, { module, state, at, beats }: ModuleSummary): void => {
      fields[`${keyName(module)}:${symbol}`] = JSON.stringify({ module: keyName(module), ts: at, state, beats });
    };
    for (const { symbol, analytics } of view.symbols) for (const module of analytics) add(symbol, module);
    for (const module of view.crossAsset) add('cross', module);
    store.put('analytics:STATUS', { kind: 'hash', fields }, stampNow(moment));
  };
  const putRegime = (view: EngineView, moment: Moment): void => {
    const states: Record<string, unknown> = {};
    let newest = Number.NEGATIVE_INFINITY;
    for (const { symbol, analytics } of view.symbols) {
      const module = analytics.find((one) => one.module === 'regime');
      const figure = module?.figures.find(({ name }) => name === 'regime')?.figure;
      if (!module || module.at === null || !figure) continue;
      newest = Math.max(newest, module.at);
      states[symbol] =
        'reason' in figure
          ? { state: null, reason: figure.reason }
          : { state: figure.value, confidence: figure.confidence, asOf: figure.asOf };
    }
    if (newest > Number.NEGATIVE_INFINITY)
      store.put('analytics:regime', { kind: 'json', text: JSON.stringify(states) }, stampOf(moment, newest));
  };
  return (view: EngineView, moment: Moment): void => {
    for (const symbol of view.symbols) {
      for (const module of symbol.analytics) putModule(module, symbol.symbol, moment);
      putShortForms(symbol, moment);
    }
    for (const module of view.crossAsset) putModule(module, 'cross', moment);
    putStatus(view, moment);
    putRegime(view, moment);
    const alerts = view.anomalies.filter(({ at }) => (moment.marketAt - at) / moment.speed <= ALERTS_MS);
    const text = JSON.stringify({ count: alerts.length, alerts });
    store.put('analytics:alerts', { kind: 'json', text }, stampNow(moment));
  };
};
