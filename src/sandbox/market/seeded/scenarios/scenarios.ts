/** What a scenario does to a session. Minutes count from its onset; returns are logarithms, decimals. */
export interface Scenario {
  readonly about: string;
  /** Minute of the session at which it sets in when it was chosen before the session. */
  readonly onsetMinute: number;
  /** Times the ordinary volatility before and after the onset. */
  readonly volatilityBefore: number;
  readonly volatility: number;
  /** Drift of the market per minute, spread over `driftMinutes`; later minutes drift faster by `driftGrowth` from first to last. */
  readonly driftPerMinute: number;
  readonly driftMinutes: number;
  readonly driftGrowth: number;
  /** One company's leap at the onset, its direction by the seed; 0 for none. */
  readonly companyJump: number;
  /** Times the ordinary prints, and times the ordinary imbalance of the closing auction. */
  readonly activity: number;
  readonly imbalance: number;
  /** How much dealers are long of gamma whatever the open interest says: -1 … 1; null leaves it to the open interest. */
  readonly dealerGamma: number | null;
  /** Minutes for which nothing is told and nothing is requoted. */
  readonly freezeMinutes: number;
  /** Only sessions that close early. */
  readonly earlyCloseOnly: boolean;
}

const ordinary: Scenario = {
  about: 'an ordinary mixed day',
  onsetMinute: 0,
  volatilityBefore: 1,
  volatility: 1,
  driftPerMinute: 0,
  driftMinutes: 0,
  driftGrowth: 0,
  companyJump: 0,
  activity: 1,
  imbalance: 1,
  dealerGamma: null,
  freezeMinutes: 0,
  earlyCloseOnly: false,
};

export const SCENARIOS = {
  mixed: ordinary,
  calm: {
    ...ordinary,
    about: 'narrow ranges, dealers long of gamma',
    volatility: 0.45,
    activity: 0.7,
    dealerGamma: 0.8,
  },
  trend: {
    ...ordinary,
    about: 'a steady rise all day',
    volatility: 0.7,
    driftPerMinute: 0.00006,
    driftMinutes: 390,
    onsetMinute: 1,
  },
  squeeze: {
    ...ordinary,
    about: 'a tight range that breaks into a rise that feeds itself',
    onsetMinute: 45,
    volatilityBefore: 0.4,
    volatility: 1.5,
    driftPerMinute: 0.0004,
    driftMinutes: 90,
    driftGrowth: 2,
    activity: 1.8,
    dealerGamma: -0.9,
  },
  crash: {
    ...ordinary,
    about: 'a fall of six percent within forty minutes, then violent trading',
    onsetMinute: 45,
    volatility: 2.5,
    driftPerMinute: -0.0016,
    driftMinutes: 40,
    activity: 2.5,
    imbalance: 3,
    dealerGamma: -0.9,
  },
  'half-day': {
    ...ordinary,
    about: 'a session that closes at 13:00',
    volatility: 0.8,
    activity: 0.7,
    earlyCloseOnly: true,
  },
  'news-shock': {
    ...ordinary,
    about: 'news about one company: a leap and a burst of trading in it',
    onsetMinute: 45,
    companyJump: 0.06,
  },
  'closing-imbalance': { ...ordinary, about: 'a closing auction far out of balance', imbalance: 12 },
  'feed-freeze': { ...ordinary, about: 'the feed stands still for three minutes', onsetMinute: 45, freezeMinutes: 3 },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as readonly ScenarioName[];
export const DEFAULT_SCENARIO: ScenarioName = 'mixed';

export const isScenarioName = (text: string): text is ScenarioName => Object.hasOwn(SCENARIOS, text);

/** A scenario switched on while the market runs; it sets in two minutes later. */
export interface ScenarioSwitch {
  /** Minute of the session from which it holds. */
  readonly minute: number;
  readonly name: ScenarioName;
}

/** Minutes between the switch and the onset. */
const SWITCH_LEAD_MINUTES = 2;

/** The scenario of one minute, and how many minutes ago it set in; negative before. */
export interface ScenarioMinute {
  readonly scenario: Scenario;
  readonly sinceOnset: number;
}

export const scenarioAt = (
  chosen: ScenarioName,
  switches: readonly ScenarioSwitch[],
  minute: number,
): ScenarioMinute => {
  const last = switches.findLast((one) => one.minute <= minute);
  if (last === undefined) return { scenario: SCENARIOS[chosen], sinceOnset: minute - SCENARIOS[chosen].onsetMinute };
  return { scenario: SCENARIOS[last.name], sinceOnset: minute - last.minute - SWITCH_LEAD_MINUTES };
};

/** Log return that the scenario drives the market by in this minute. */
export const driftOf = ({ scenario, sinceOnset }: ScenarioMinute): number => {
  const { driftPerMinute, driftMinutes, driftGrowth } = scenario;
  if (sinceOnset < 0 || sinceOnset >= driftMinutes) return 0;
  return driftPerMinute * (1 + driftGrowth * (sinceOnset / driftMinutes - 0.5));
};

export const volatilityScaleOf = ({ scenario, sinceOnset }: ScenarioMinute): number =>
  sinceOnset < 0 ? scenario.volatilityBefore : scenario.volatility;
