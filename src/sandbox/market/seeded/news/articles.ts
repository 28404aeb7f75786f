import type { Session } from '../../../../engine/core/market/calendar.ts';
import { type Instant, instant } from '../../../../engine/core/types.ts';
import { createRandom, hash32, hashText } from '../../random.ts';
import type { NewsItem } from '../../types.ts';
import type { Profile } from '../instruments/profiles.ts';

/** Everything here is made up and says so. */
const SOURCE = 'Sandbox Wire (simulated)';
const ARTICLES_A_DAY = 3;
const UP = ['raises its outlook', 'wins a large order', 'is upgraded by a broker', 'reports stronger demand'];
const DOWN = ['cuts its outlook', 'loses a large order', 'is downgraded by a broker', 'reports weaker demand'];
const FLAT = ['presents at a conference', 'names a new director', 'sets the date of its results'];

const article = (profile: Profile, at: Instant, sentiment: number, pick: number, relevance: number): NewsItem => {
  const words = sentiment > 0.15 ? UP : sentiment < -0.15 ? DOWN : FLAT;
  return {
    publishedAt: at,
    title: `Simulated: ${profile.name} ${words[Math.floor(pick * words.length)]}`,
    source: SOURCE,
    url: `https://sandbox.invalid/news/${profile.symbol}/${at}`,
    relevance: Math.round(relevance * 1e4) / 1e4,
    sentiment: Math.round(sentiment * 1e4) / 1e4,
  };
};

/** One session's articles about a symbol, oldest first. Sentiment leans with the day's return on the long path. */
export const articlesOf = (seed: number, profile: Profile, session: Session, dayReturn: number): NewsItem[] => {
  const random = createRandom(hash32(seed, hashText(profile.symbol), hashText(session.date), 51));
  const items: NewsItem[] = [];
  const span = session.closeAt - session.openAt;
  for (let i = 0; i < ARTICLES_A_DAY; i++) {
    if (random.next() < 0.3) continue;
    const at = instant(Math.floor(session.openAt + ((i + random.next()) / ARTICLES_A_DAY) * span));
    const lean = 0.4 * Math.tanh(60 * dayReturn) + 0.35 * random.normal();
    items.push(article(profile, at, Math.max(-1, Math.min(1, lean)), random.next(), 0.3 + 0.7 * random.next()));
  }
  return items;
};

/** The article behind a scenario's leap, half a minute before it. */
export const shockArticle = (profile: Profile, at: Instant, jump: number): NewsItem =>
  article(profile, instant(at - 30_000), Math.sign(jump) * 0.95, 0, 1);
