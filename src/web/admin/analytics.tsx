import type { Child } from 'hono/jsx';
import type { EngineView, ExposureView, Figure, SymbolView } from '../../engine/index.ts';
import { clockTime, compact, decimal, listed } from './format.ts';
import { countWords } from './modules.tsx';
import { Absent, Panel } from './panel.tsx';

const FigureCell = ({ figure, write = decimal }: { figure: Figure; write?: (value: number) => string }) =>
  figure.value === null ? (
    <Absent reason={figure.reason} />
  ) : (
    <span class="figure-value">
      {write(figure.value)} <small class="as-of">{clockTime(figure.asOf)}</small>
    </span>
  );

const Row = ({ term, children }: { term: string; children?: Child }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);

const Exposure = ({ exposure }: { exposure: ExposureView }) => (
  <>
    <Row term="GEX, vendor's gamma">
      <FigureCell figure={exposure.gex} write={compact} />
    </Row>
    <Row term="GEX, our gamma">
      <FigureCell figure={exposure.gexOwn} write={compact} />
    </Row>
    <Row term="Gamma flip">
      <FigureCell figure={exposure.gammaFlip} />
    </Row>
    <Row term="Call wall">
      <FigureCell figure={exposure.callWall} />
    </Row>
    <Row term="Put wall">
      <FigureCell figure={exposure.putWall} />
    </Row>
    <Row term="Most gamma at">
      <FigureCell figure={exposure.absoluteGammaStrike} />
    </Row>
    <Row term="Chain">
      {`${decimal(exposure.contracts, 0)} contracts, ${exposure.basis}, spot ${decimal(exposure.spot)}, as of ${clockTime(exposure.asOf)}`}
    </Row>
    {Object.values(exposure.rejected).some((times) => times > 0) ? (
      <Row term="Rows refused">{listed(exposure.rejected)}</Row>
    ) : null}
  </>
);

const barWords = (bar: NonNullable<SymbolView['bar']>): string =>
  `${clockTime(bar.openAt)} O ${decimal(bar.open)} H ${decimal(bar.high)} L ${decimal(bar.low)} C ${decimal(bar.close)}, ${decimal(bar.volume, 0)} shares in ${bar.trades} trades`;

const SymbolCard = ({ symbol }: { symbol: SymbolView }) => (
  <article class="symbol" data-symbol={symbol.symbol}>
    <h3>{symbol.symbol}</h3>
    <dl class="facts">
      <Row term="Last">
        <FigureCell figure={symbol.lastPrice} />
      </Row>
      <Row term="Bid / ask">
        <FigureCell figure={symbol.bidPrice} /> / <FigureCell figure={symbol.askPrice} />
      </Row>
      <Row term="Last minute">{symbol.bar ? barWords(symbol.bar) : <Absent reason="no bar yet" />}</Row>
      <Row term="Trades seen">{decimal(symbol.trades, 0)}</Row>
      <Row term="VPIN">
        <FigureCell figure={symbol.vpin} write={(value) => decimal(value, 4)} />{' '}
        <small class="muted">
          {`${symbol.vpin.buckets} buckets of ${decimal(symbol.vpin.bucketShares, 0)} shares, ${symbol.vpin.classifier}`}
        </small>
      </Row>
      <Row term="Book imbalance">
        <FigureCell figure={symbol.bookImbalance} write={(value) => decimal(value, 3)} />
      </Row>
      {symbol.exposure ? (
        <Exposure exposure={symbol.exposure} />
      ) : (
        <Row term="Dealer exposure">
          <Absent reason="no chain yet" />
        </Row>
      )}
      <Row term="Modules">
        {countWords(symbol.analytics)} <a href="/admin/analytics">all figures</a>
      </Row>
    </dl>
  </article>
);

export const Analytics = ({ view }: { view: EngineView }) => (
  <Panel id="analytics" title="Analytics" wide>
    <p class="hint">
      Exposure is modelled under the naive-dealer convention (calls +, puts −), in dollars of delta per 1 % move. Broker
      data: for operators only.
    </p>
    {view.symbols.length === 0 ? <p class="empty">No symbol seen yet.</p> : null}
    <div class="symbols">
      {view.symbols.map((symbol) => (
        <SymbolCard symbol={symbol} />
      ))}
    </div>
  </Panel>
);
