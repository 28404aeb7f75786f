import type { BudgetReported } from '../../../core/inputs.ts';
import type { Instant } from '../../../core/types.ts';
import type { Moment } from './moment.ts';
import { STREAMS, type StreamId } from './plan.ts';

const MINUTE_MS = 60_000;
const LATENCY_WINDOW_MS = 3 * MINUTE_MS;
const SLOW_P95_MS = 2_000;

type What = 'asked' | 'dropped' | 'answered';
type Tally = { asked: number; dropped: number; answered: number };

/** The figure below which `share` of the sorted values lie (nearest rank); NaN of none. */
const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

/** What happened in the last minute, and how long answers took in the last three. */
export const createMeter = () => {
  const events: { readonly wallMs: number; readonly stream: StreamId; readonly what: What; readonly times: number }[] =
    [];
  const latencies: { readonly wallMs: number; readonly latencyMs: number }[] = [];
  let slowSince: Instant | null = null;

  const forget = (list: { readonly wallMs: number }[], beforeMs: number): void => {
    const keep = list.findIndex(({ wallMs }) => wallMs > beforeMs);
    list.splice(0, keep < 0 ? list.length : keep);
  };
  return {
    count: (now: Moment, stream: StreamId, what: What, times = 1): void => {
      events.push({ wallMs: now.wallMs, stream, what, times });
    },
    latency: (now: Moment, latencyMs: number): void => {
      latencies.push({ wallMs: now.wallMs, latencyMs });
    },
    report: (now: Moment, tokens: number, budgetPerMinute: number): BudgetReported => {
      forget(events, now.wallMs - MINUTE_MS);
      forget(latencies, now.wallMs - LATENCY_WINDOW_MS);
      const streams = Object.fromEntries(
        STREAMS.map((stream): [StreamId, Tally] => [stream, { asked: 0, dropped: 0, answered: 0 }]),
      ) as Record<StreamId, Tally>;
      for (const { stream, what, times } of events) streams[stream][what] += times;
      const sorted = latencies.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
      const latencyP95Ms = percentile(sorted, 0.95);
      if (latencyP95Ms > SLOW_P95_MS) slowSince ??= now.at;
      else slowSince = null;
      return {
        kind: 'budget.reported',
        vendor: 'alphavantage',
        latencyP50Ms: percentile(sorted, 0.5),
        latencyP95Ms,
        slowSince,
        tokens: Math.floor(tokens),
        budgetPerMinute,
        callsLastMinute: Object.values(streams).reduce((sum, { asked }) => sum + asked, 0),
        streams,
      };
    },
  };
};
