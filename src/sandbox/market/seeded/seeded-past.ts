import { sessionOn } from '../../../engine/core/market/calendar.ts';
import type { Instant } from '../../../engine/core/types.ts';
import type { DailyBar, MinuteBar, NewsItem, SandboxMarket } from '../types.ts';
import { mergedBars } from './history/merged-bars.ts';
import { createPast, isKnownPast, sessionBefore } from './history/past.ts';
import type { Profile } from './instruments/profiles.ts';
import { articlesOf, shockArticle } from './news/articles.ts';
import { plannedClose } from './volatility/companies.ts';
import { minuteStart, SHOCKED_COMPANY } from './volatility/session-path.ts';
import type { LiveWorld } from './world.ts';

/** Sessions that news reaches back. */
const NEWS_SESSIONS = 30;
const SESSIONS_MAX = 260;
const PREPARED_SESSIONS = 252;

interface SeededPast extends Required<Pick<SandboxMarket, 'bars' | 'dailyBars' | 'news' | 'pastChain'>> {
  /** Makes one more session's daily bars ahead of being asked, up to a year; milliseconds of work. */
  prepare(): void;
}

/** What the seeded market knows of days gone by. */
export const createSeededPast = (live: LiveWorld, profiles: readonly Profile[], now: () => Instant): SeededPast => {
  const { world, chosenOn } = live;
  const past = createPast(world, profiles, chosenOn);
  const profileOf = (symbol: string) => live.day().symbols.get(symbol)?.profile ?? null;

  const todaysBars = (symbol: string): readonly MinuteBar[] => {
    const day = live.day();
    const of = day.symbols.get(symbol);
    if (!of) return [];
    return of.bars.all(day.session.openAt, of.bars.length === day.path.minutes ? null : of.running);
  };
  const shocks = (symbol: string): NewsItem[] => {
    const { path, session } = live.day();
    const profile = profileOf(symbol);
    if (symbol !== SHOCKED_COMPANY || !profile) return [];
    for (let minute = 0; minute < path.minutes; minute++) {
      const { scenario, sinceOnset } = path.scenarioAt(minute);
      if (scenario.companyJump === 0 || sinceOnset !== 0) continue;
      return [shockArticle(profile, minuteStart(session, minute), path.jump(minute))];
    }
    return [];
  };

  let prepared = 0;
  let preparing = sessionBefore(live.day().session.date);
  return {
    prepare() {
      if (prepared >= PREPARED_SESSIONS || !preparing) return;
      past.dailyBar('', preparing);
      preparing = sessionBefore(preparing.date);
      prepared++;
    },
    bars(symbol, minutes, count) {
      const profile = profileOf(symbol);
      if (!profile) return [];
      let bars = mergedBars(todaysBars(symbol), minutes);
      let session = sessionBefore(live.day().session.date);
      for (let i = 0; i < SESSIONS_MAX && session && bars.length < count; i++) {
        bars = [...mergedBars(past.minuteBars(symbol, session), minutes), ...bars];
        session = sessionBefore(session.date);
      }
      return bars.slice(Math.max(0, bars.length - count));
    },
    dailyBars(symbol, count) {
      const bars: DailyBar[] = [];
      let session = profileOf(symbol) ? sessionBefore(live.day().session.date) : null;
      for (; session && bars.length < count; session = sessionBefore(session.date)) {
        const bar = past.dailyBar(symbol, session);
        if (bar) bars.push(bar);
      }
      return bars.reverse();
    },
    news(symbol, count) {
      const profile = profileOf(symbol);
      if (!profile) return [];
      const items: NewsItem[] = shocks(symbol);
      let session: ReturnType<typeof sessionBefore> = live.day().session;
      for (let i = 0; i < NEWS_SESSIONS && session && items.length < 4 * count; i++) {
        const before = sessionBefore(session.date);
        const change = before
          ? Math.log(plannedClose(world, symbol, session.date) / plannedClose(world, symbol, before.date))
          : 0;
        items.push(...articlesOf(world.seed, profile, session, Number.isNaN(change) ? 0 : change));
        session = before;
      }
      return items
        .filter(({ publishedAt }) => publishedAt <= now())
        .sort((a, b) => b.publishedAt - a.publishedAt)
        .slice(0, count);
    },
    pastChain(underlying, date) {
      const profile = profileOf(underlying);
      const session = isKnownPast(date) ? sessionOn(date) : null;
      if (!profile || !session || session.closeAt > now() || session.date >= live.day().session.date) return null;
      return past.chain(profile, session);
    },
  };
};
