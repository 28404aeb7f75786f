import type { FC } from 'hono/jsx';
import { entitlementsOf } from '../billing/plans.ts';
import type { Figure } from '../engine/index.ts';
import type { LevelRow, MarketCloseData, Performance, ReportSignal } from './data.ts';

const MODE_WORDS = {
  simulated: 'Simulated trading: no order reached an exchange. Hypothetical results have inherent limits.',
  paper: 'Paper trading: orders filled by a broker’s simulator. Hypothetical results have inherent limits.',
  live: 'Live trading.',
} as const;

const dateWords = (date: string): string =>
  new Intl.DateTimeFormat('en-US', { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
const signed = (percent: number): string => `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;

const FigureCell: FC<{ figure: Figure; words: (value: number) => string }> = ({ figure, words }) =>
  figure.value === null ? <td class="absent">absent: {figure.reason}</td> : <td>{words(figure.value)}</td>;

const points = (value: number): string => value.toFixed(2);
/** Dollars of delta per 1 % move, in millions. */
const millions = (value: number): string => `${value < 0 ? '−' : ''}$${(Math.abs(value) / 1e6).toFixed(1)} M`;

const LevelsRow: FC<{ row: LevelRow }> = ({ row }) => (
  <tr>
    <th scope="row">{row.symbol}</th>
    <FigureCell figure={row.lastPrice} words={points} />
    <FigureCell figure={row.vpin} words={(value) => value.toFixed(3)} />
    {row.exposure === null ? (
      <td class="absent" colspan={4}>
        absent: no option chain
      </td>
    ) : (
      <>
        <FigureCell figure={row.exposure.gex} words={millions} />
        <FigureCell figure={row.exposure.gammaFlip} words={points} />
        <FigureCell figure={row.exposure.callWall} words={points} />
        <FigureCell figure={row.exposure.putWall} words={points} />
      </>
    )}
  </tr>
);

const Levels: FC<{ rows: readonly LevelRow[] }> = ({ rows }) => (
  <section>
    <h2>Dealer levels at the close</h2>
    <p>
      Modelled, dealers assumed long calls and short puts; gamma exposure in dollars of delta per 1 % move, from open
      interest published the night before.
    </p>
    <div class="table-scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col">Last</th>
            <th scope="col">VPIN</th>
            <th scope="col">Gamma exposure</th>
            <th scope="col">Gamma flip</th>
            <th scope="col">Call wall</th>
            <th scope="col">Put wall</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <LevelsRow row={row} />
          ))}
        </tbody>
      </table>
    </div>
  </section>
);

const Outcome: FC<{ data: MarketCloseData }> = ({ data }) => {
  const { performance: figures, tier } = data;
  if (figures.signals === 0 && figures.closed === 0)
    return <p>No setup met every condition today. No trade is a position too.</p>;
  const { reports } = entitlementsOf(tier);
  if (reports === 'summary')
    return (
      <p>
        {plural(figures.signals, 'setup')} triggered and {figures.closed} ended today. Members see strikes, entries and
        results.
      </p>
    );
  return <Counts figures={figures} showReturn={reports === 'full'} />;
};

const Counts: FC<{ figures: Performance; showReturn: boolean }> = ({ figures, showReturn }) => (
  <dl class="figures">
    <div>
      <dt>Signals</dt>
      <dd>{figures.signals}</dd>
    </div>
    <div>
      <dt>Closed with a gain</dt>
      <dd>{figures.gains}</dd>
    </div>
    <div>
      <dt>Closed with a loss</dt>
      <dd>{figures.losses}</dd>
    </div>
    <div>
      <dt>About even</dt>
      <dd>{figures.flat}</dd>
    </div>
    <div>
      <dt>Never entered</dt>
      <dd>{figures.notEntered}</dd>
    </div>
    {showReturn && (
      <div>
        <dt>Mean return per closed trade, after commissions</dt>
        <dd>{figures.meanReturnPercent === null ? 'absent: none closed' : signed(figures.meanReturnPercent)}</dd>
      </div>
    )}
  </dl>
);

interface Story {
  readonly signalRef: string;
  readonly opened: string | null;
  readonly closed: string | null;
}

/** One row per signal, in order of its first event: how it began and how it ended. Its stop's moves are the feed's business. */
const stories = (signals: readonly ReportSignal[]): Story[] => {
  const bySignal = new Map<string, Story>();
  for (const { signalRef, change, words } of signals) {
    const story = bySignal.get(signalRef) ?? { signalRef, opened: null, closed: null };
    bySignal.set(signalRef, {
      signalRef,
      opened: change === 'new' ? words : story.opened,
      closed: change === 'closed' ? words : story.closed,
    });
  }
  return [...bySignal.values()];
};

const SignalList: FC<{ signals: readonly ReportSignal[] }> = ({ signals }) => (
  <section>
    <h2>Signals of the session</h2>
    <div class="table-scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Signal</th>
            <th scope="col">How it ended</th>
          </tr>
        </thead>
        <tbody>
          {stories(signals).map(({ opened, closed }) => (
            <tr>
              <td>{opened ?? 'Opened in an earlier session'}</td>
              <td>{closed ?? 'Open when this was written'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </section>
);

export const marketCloseTitle = (data: MarketCloseData): string => `Market close, ${dateWords(data.sessionDate)}`;

/** The report's HTML fragment: no scripts, no inline styles, every value escaped by the JSX renderer. */
export const renderMarketClose = (data: MarketCloseData): string =>
  String(
    <article class="report" data-kind="market-close" data-tier={data.tier}>
      <header>
        <h1>{marketCloseTitle(data)}</h1>
        <p class="report-mode">{MODE_WORDS[data.mode]}</p>
      </header>
      <section>
        <h2>How the day went</h2>
        <Outcome data={data} />
      </section>
      {data.levels !== null && <Levels rows={data.levels} />}
      {data.signals.length > 0 && <SignalList signals={data.signals} />}
      <footer>
        <p>
          Covers every signal since the previous close, losers and unfilled ones included. Information, not advice.
          Options can lose all they cost.
        </p>
      </footer>
    </article>,
  );
