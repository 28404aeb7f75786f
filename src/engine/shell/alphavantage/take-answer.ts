import type { MacroSeen, MarketInput, VendorBarSeen, VendorIndicatorSeen } from '../../core/inputs.ts';
import type { Instant } from '../../core/types.ts';
import { type IndicatorName, readIndicator } from './answers/indicator.ts';
import { readMacro } from './answers/macro.ts';
import { readMinuteBars } from './answers/minute-bars.ts';
import { readNews } from './answers/news.ts';
import { judgeBody, type Refusal, refusal } from './body.ts';
import type { TakenChain } from './chain/desk.ts';
import { JsonReader } from './json/reader.ts';
import { JsonTree } from './json/tree.ts';
import type { Job } from './schedule/plan.ts';

const MINUTE_MS = 60_000;

type Rejected = Readonly<Record<string, number>>;
export type Taken =
  | TakenChain
  | { readonly ok: true; readonly kind: 'inputs'; readonly inputs: readonly MarketInput[]; readonly rejected: Rejected }
  | Refusal;

export interface AnswerReader {
  /** The next bytes of the answer. */
  push(piece: Uint8Array): void;
  /** Once it is whole. */
  finish(now: Instant): Taken;
}

/** Whether the answer is an option chain: those are read at the chain desk. */
export const isChainJob = ({ stream }: Job): boolean => stream === 'options' || stream === 'history';

/** What has been told already, so that each fact is told once: vendors answer with the same days, bars and articles again. */
export const createAnswers = () => {
  const newestBar = new Map<string, Instant>();
  const newestPoint = new Map<string, Instant>();
  const observations = new Map<string, number>();
  const articles = new Map<string, Set<string>>();

  const freshBars = (symbol: string, bars: readonly VendorBarSeen[], now: Instant): VendorBarSeen[] => {
    // The newest bar may still be forming.
    const fresh = bars.filter(({ openAt }) => openAt + MINUTE_MS <= now && openAt > (newestBar.get(symbol) ?? 0));
    const last = fresh.at(-1);
    if (last) newestBar.set(symbol, last.openAt);
    return fresh;
  };
  const freshPoint = (id: string, point: VendorIndicatorSeen | null): VendorIndicatorSeen[] => {
    if (point === null || point.at <= (newestPoint.get(id) ?? 0)) return [];
    newestPoint.set(id, point.at);
    return [point];
  };
  /** New observations, and revised ones. */
  const freshObservations = (seen: readonly MacroSeen[]): MacroSeen[] =>
    seen.filter(({ series, date, value }) => {
      const key = `${series} ${date}`;
      if (observations.get(key) === value) return false;
      observations.set(key, value);
      return true;
    });
  const isFreshArticle = (symbol: string, url: string): boolean => {
    const known = articles.get(symbol) ?? new Set<string>();
    articles.set(symbol, known);
    if (known.has(url)) return false;
    // The vendor answers with the newest fifty: what is older than a thousand does not come again.
    if (known.size >= 1_000) known.delete(known.values().next().value ?? '');
    known.add(url);
    return true;
  };

  const take = (job: Job, root: unknown, now: Instant): Taken => {
    const judged = judgeBody(root);
    if (!judged.ok) return judged;
    const symbol = job.symbol ?? '';
    const { body } = judged;
    if (job.stream === 'bars') {
      const read = readMinuteBars(body, symbol);
      return read.ok
        ? { ok: true, kind: 'inputs', inputs: freshBars(symbol, read.bars, now), rejected: read.rejected }
        : read;
    }
    if (job.stream === 'indicators') {
      const read = readIndicator(body, symbol, job.parameters['function'] as IndicatorName);
      return read.ok
        ? { ok: true, kind: 'inputs', inputs: freshPoint(job.id, read.newest), rejected: read.rejected }
        : read;
    }
    if (job.stream === 'macro') {
      const read = readMacro(body, job.parameters['function'] as MacroSeen['series']);
      return read.ok
        ? { ok: true, kind: 'inputs', inputs: freshObservations(read.seen), rejected: read.rejected }
        : read;
    }
    const read = readNews(body, symbol);
    if (!read.ok) return read;
    const inputs = read.seen.filter(({ url }) => isFreshArticle(symbol, url));
    return { ok: true, kind: 'inputs', inputs, rejected: read.rejected };
  };

  return {
    /** A reader for the answer to one question. */
    reader: (job: Job): AnswerReader => {
      const tree = new JsonTree();
      const reader = new JsonReader(tree);
      return {
        push: (piece) => reader.push(piece),
        finish: (now) => {
          const damage = reader.end();
          if (damage) return refusal(damage.beganAsJson ? 'truncated-json' : 'not-json', damage.problem);
          return take(job, tree.root, now);
        },
      };
    },
  };
};
