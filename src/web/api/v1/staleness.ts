import type { Site } from '../../context.ts';

const STALE_AFTER_MS = 30_000;

export interface Staleness {
  /** When this was read, by our clock. */
  readonly asOf: string;
  /** Since the engine last told how it is; null when it never did. No news of it is no news of signals either. */
  readonly engineAgeSeconds: number | null;
  readonly stale: boolean;
}

/** Whether silence means that nothing happened. */
export const staleness = ({ engine }: Site): Staleness => {
  const ageMs = engine.viewAgeMs();
  return {
    asOf: new Date().toISOString(),
    engineAgeSeconds: ageMs === null ? null : Math.round(ageMs / 100) / 10,
    stale: engine.status() !== 'running' || ageMs === null || ageMs > STALE_AFTER_MS,
  };
};
