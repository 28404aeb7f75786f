import { describe, expect, test } from 'bun:test';
import type { Tier } from '../../../billing/plans.ts';
import { TIERS } from '../../../billing/plans.ts';
import { redact } from '../../../distribution/redact.ts';
import type { ReleaseOf } from '../../../distribution/release.ts';
import type { SignalEvent } from '../../../engine/index.ts';
import { exampleSignal } from '../../../engine/testing/example-signal.ts';
import { renderSignal } from './signal-card.tsx';

const releaseOf = (tier: Tier, event: SignalEvent): ReleaseOf<Tier> => {
  const view = redact(event, tier);
  if (!view) throw new Error(`${tier} sees nothing of ${event.change}`);
  return {
    releaseId: '11111111-2222-4333-8444-555555555555',
    signalRef: 'abcdabcd-2222-4333-8444-555555555555',
    releasedAtMs: Date.parse('2026-11-20T15:32:10Z'),
    view,
  };
};

describe.each([...TIERS])('the article of a %s release', (tier) => {
  const html = renderSignal(releaseOf(tier, exampleSignal()));

  test('is one article on one line that needs no nonce', () => {
    expect(html).toMatch(/^<article .*<\/article>$/);
    expect(html.match(/<article/g)).toHaveLength(1);
    expect(html).not.toMatch(/\shx-|<script|<style|\sstyle=|\son\w+=/);
  });

  test('says when it was released and what kind of trading it is', () => {
    expect(html).toContain('Nov 20, 10:32:10 ET');
    expect(html).toContain('Simulated trading');
  });

  test('shows hostile text as text', () => {
    const { contract } = exampleSignal();
    const hostile = renderSignal(
      releaseOf(tier, exampleSignal({ contract: { ...contract, underlying: '"><img src=x onerror=alert(1)>' } })),
    );
    expect(hostile).toContain('&lt;img');
    expect(hostile).not.toContain('<img');
  });
});

test('a lower tier’s article holds nothing that its view does not hold', () => {
  const event = exampleSignal({ stopPrice: 2.17, targetPrice: 5.31, quantity: 7 });
  expect(renderSignal(releaseOf('premium', event))).toContain('2.17');
  for (const tier of ['basic', 'free'] as const) {
    const html = renderSignal(releaseOf(tier, event));
    for (const secret of ['440C', '2.50', '2.17', '5.31', '>7<', '2026-11-20<', 'signal-1', 'gamma', 'closes today'])
      expect(html, `${tier} shows ${secret}`).not.toContain(secret);
  }
  expect(renderSignal(releaseOf('free', event))).not.toContain('440');
});

test('a closed signal that never filled shows its missing exit as absent', () => {
  const html = renderSignal(
    releaseOf('premium', exampleSignal({ version: 2, change: 'closed', outcome: 'not-filled' })),
  );
  expect(html).toContain('<dt>Exit</dt><dd>–</dd>');
  expect(html).not.toContain('$0.00');
});
