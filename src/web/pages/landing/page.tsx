import { entitlementsOf, TIERS, type Tier } from '../../../billing/plans.ts';
import type { PageFrame } from '../../context.ts';
import { documentOf, Page } from '../../layout/layout.tsx';

/** One imagined signal in each plan's words: the differences, not a result. */
const EXAMPLES: Readonly<Record<Tier, string>> = {
  premium: 'BUY SPY 440C @ 2.50, Stop @ 2.10, Target 5.00',
  basic: 'BUY SPY Calls around 440 strike, trailing stop active',
  free: 'Bullish SPY setup triggered, premium members entered calls',
};

const INCLUDED: Readonly<Record<Tier, readonly string[]>> = {
  premium: [
    'Exact contract, entry, stop and target',
    'Every fill and every raised stop',
    'Why, and what could go wrong',
    'The full closing report',
  ],
  basic: ['Side and rounded strike', 'Fills, trailing stop, outcome', 'The closing report, shortened'],
  free: ['Direction only', 'When a setup began and ended', 'The closing report in a few lines'],
};

const delayOf = (tier: Tier): string => {
  const { delaySeconds } = entitlementsOf(tier);
  if (delaySeconds === 0) return 'At once';
  return delaySeconds === 60 ? '60 seconds after Premium' : `${delaySeconds / 60} minutes after Premium`;
};

const priceOf = (tier: Tier): string => {
  const cents = entitlementsOf(tier).priceCentsPerMonth;
  return cents === 0 ? '$0' : `$${cents / 100}`;
};

const Plan = ({ tier }: { tier: Tier }) => (
  <li class={`plan plan-${tier}`}>
    <h3>{entitlementsOf(tier).name}</h3>
    <p class="plan-price">
      <strong>{priceOf(tier)}</strong> a month
    </p>
    <p class="plan-delay">{delayOf(tier)}</p>
    <ul>
      {INCLUDED[tier].map((line) => (
        <li>{line}</li>
      ))}
    </ul>
  </li>
);

const Hero = ({ frame }: { frame: PageFrame }) => (
  <section class="hero">
    <div>
      <p class="eyebrow">Short-dated options, in the open</p>
      <h1>Every trade with its stop, its reasons and its end.</h1>
      <p class="lead">
        QuantiCity reads option chains, order flow and dealer positioning, trades what passes its own risk rules, and
        tells members what it did: the entry, the stop that protects it, and how it closed, losers included.
      </p>
      <p class="hero-actions">
        <a class="button" href={frame.member ? '/feed' : '/sign-up'}>
          {frame.member ? 'Open the feed' : 'Start free'}
        </a>
        {frame.member ? null : <a href="/sign-in">I have an account</a>}
      </p>
    </div>
    <figure class="three-ways" aria-labelledby="three-ways-caption">
      {TIERS.map((tier) => (
        <div class="example">
          <span class={`chip chip-${tier}`}>{entitlementsOf(tier).name}</span>
          <span class="example-delay">{delayOf(tier)}</span>
          <p>{EXAMPLES[tier]}</p>
        </div>
      ))}
      <figcaption id="three-ways-caption">One invented signal, as each plan would read it. Not a result.</figcaption>
    </figure>
  </section>
);

const HONESTY = [
  {
    title: 'A signal comes with its exit',
    text: 'A filled contract has a stop resting at the broker. The stop is only ever tightened, and members hear of it.',
  },
  {
    title: 'Simulated is called simulated',
    text: 'Every signal says whether it was traded simulated, on paper or live. Figures count the losers and the costs.',
  },
  {
    title: 'The delay is the product',
    text: 'Plans differ in how soon and how exactly they hear, and the database’s clock holds every plan to its time.',
  },
  {
    title: 'The record stays',
    text: 'Signals and decisions are written once, each chained to the one before. What went wrong cannot quietly vanish.',
  },
];

export const landingPage = ({ frame }: { frame: PageFrame }) =>
  documentOf(
    <Page frame={frame} title="Short-dated options signals" wide>
      <Hero frame={frame} />
      <section class="plans" aria-labelledby="plans-heading">
        <h2 id="plans-heading">Three plans, one set of signals</h2>
        <ul class="plan-list">
          {TIERS.map((tier) => (
            <Plan tier={tier} />
          ))}
        </ul>
        <p class="hint">
          Every account starts on Free. Prices in US dollars, per month; a year costs ten months.{' '}
          <a href="/plans">Compare the plans</a>
        </p>
      </section>
      <section class="honesty" aria-label="What to expect">
        {HONESTY.map(({ title, text }) => (
          <div>
            <h3>{title}</h3>
            <p>{text}</p>
          </div>
        ))}
      </section>
    </Page>,
  );
