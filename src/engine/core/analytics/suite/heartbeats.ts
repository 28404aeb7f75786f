import type { Instant } from '../../types.ts';
import type { ModuleInfo } from '../measured.ts';
import { MODULE_COUNT } from './beats.ts';

/** Who was last worked out when; place i belongs to module i of the suite. */
export interface Heartbeats {
  /** Market time of the last beat; NaN before the first. */
  readonly beatAt: Float64Array;
  readonly beats: Float64Array;
  /** 1 once a module has thrown: it is never called again in this run. */
  readonly failed: Uint8Array;
  readonly failures: string[];
  /** The module at work, so that a failure can be laid at its door; −1 between calls. */
  current: number;
}

export const createHeartbeats = (modules = MODULE_COUNT): Heartbeats => ({
  beatAt: new Float64Array(modules).fill(Number.NaN),
  beats: new Float64Array(modules),
  failed: new Uint8Array(modules),
  failures: [],
  current: -1,
});

/** Names the module about to work and counts its beat; false when it has failed before and is to be left alone. */
export const begin = (hearts: Heartbeats, module: number, at: Instant): boolean => {
  if (hearts.failed[module] === 1) return false;
  hearts.current = module;
  hearts.beatAt[module] = at;
  hearts.beats[module] = (hearts.beats[module] ?? 0) + 1;
  return true;
};

/** The module at work has thrown. Returns its number, or −1 when nobody's work it was. */
export const fail = (hearts: Heartbeats, error: unknown): number => {
  const module = hearts.current;
  hearts.current = -1;
  if (module >= 0) hearts.failed[module] = 1;
  hearts.failures.push(`${module}: ${error instanceof Error ? error.message : String(error)}`);
  return module;
};

/** `waiting`: never called yet. `stale`: not called for longer than it may be; what it last said is no longer so. */
export type ModuleState = 'live' | 'waiting' | 'stale' | 'failed';

export interface Heartbeat {
  readonly module: string;
  readonly level: ModuleInfo['level'];
  readonly cadence: ModuleInfo['cadence'];
  readonly warmUp: string;
  readonly ageMsMax: number;
  readonly at: Instant | null;
  readonly beats: number;
  readonly state: ModuleState;
}

const stateOf = (hearts: Heartbeats, module: number, at: Instant, ageMsMax: number): ModuleState => {
  if (hearts.failed[module] === 1) return 'failed';
  const beatAt = hearts.beatAt[module] ?? Number.NaN;
  if (Number.isNaN(beatAt)) return 'waiting';
  return at - beatAt > ageMsMax ? 'stale' : 'live';
};

export const heartbeatOf = (hearts: Heartbeats, module: number, info: ModuleInfo, at: Instant): Heartbeat => {
  const beatAt = hearts.beatAt[module] ?? Number.NaN;
  return {
    module: info.name,
    level: info.level,
    cadence: info.cadence,
    warmUp: info.warmUp,
    ageMsMax: info.ageMsMax,
    at: Number.isNaN(beatAt) ? null : (beatAt as Instant),
    beats: hearts.beats[module] ?? 0,
    state: stateOf(hearts, module, at, info.ageMsMax),
  };
};
