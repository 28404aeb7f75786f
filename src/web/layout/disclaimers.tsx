/** On every page. */
export const Disclaimers = () => (
  <footer class="site-footer">
    <p>
      <strong>Information, not advice.</strong> QuantiCity publishes the same impersonal information to every member of
      a plan. It does not know your circumstances and recommends nothing to you in particular.
    </p>
    <p>
      <strong>You can lose money.</strong> Options are risky. Short-dated options often expire worthless and can lose
      all of what was paid for them within minutes. QuantiCity may trade the same contracts that it writes about.
    </p>
    <p>
      <strong>Simulated results are hypothetical.</strong> Results marked simulated or paper come from no real trading
      account. They have inherent limits: they cannot show the whole effect of liquidity, slippage and nerves, and
      nobody should expect to achieve results like them. Past results say nothing certain about future ones.
    </p>
  </footer>
);
