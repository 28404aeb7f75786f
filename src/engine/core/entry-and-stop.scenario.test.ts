import { describe, test } from 'bun:test';
import { expectScenario as play } from '../testing/expect-scenario.ts';
import { ENTRY, FILLED } from '../testing/scenario-starts.ts';

describe('an entry', () => {
  test('is protected after each part, climbs the ladder and is stopped out', () =>
    play(`${ENTRY}
      sent E1
      status E1 Submitted
      exec E1 2 2.00 a.01
      > position 2 @ 2.00 realised 0.00
      > place S1 SELL 2 STP 1.70 oca-1
      > updated filled 2 @ 2.00 stop 1.70
      sent S1
      status S1 PreSubmitted
      exec E1 4 1.99 b.01
      > position 6 @ 1.99 realised 0.00
      > change S1 6 1.70 quantity
      > updated filled 6 @ 1.99 stop 1.70
      commission a.01 1.30
      > position 6 @ 1.99 realised -1.30
      commission b.01 2.60
      > position 6 @ 1.99 realised -3.90
      option 2.50 2.52
      > stop 1.70 to 2.13 break-even
      > updated stop-raised 6 @ 1.99 stop 2.13
      > change S1 6 2.13 ladder
      wait 1
      option 4.00 4.02
      > stop 2.13 to 3.40 lock-50
      > updated stop-raised 6 @ 1.99 stop 3.40
      > change S1 6 3.40 ladder
      wait 1
      option 3.50 3.52
      exec S1 6 3.39 c.01
      > position 0 @ 1.99 realised 834.10
      commission c.01 3.90
      > position 0 @ 1.99 realised 830.20
      > closed stopped 3.39 69.41
      > unwatch C600
      wait 1
    `));

  test('that is not filled in its lifetime is cancelled, and the signal closed as not filled', () =>
    play(`${ENTRY}
      wait 59
      wait 2
      > cancel E1 entry-lifetime
      status E1 Cancelled
      > closed not-filled - -
      > unwatch C600
    `));

  test('that the broker refuses closes its signal', () =>
    play(`${ENTRY}
      refused E1 201
      > anomaly order-refused
      > closed refused-by-broker - -
      > unwatch C600
    `));

  test('of which one part is stopped out is cancelled for the rest', () =>
    play(`${ENTRY}
      exec E1 2 2.00 a.01
      > position 2 @ 2.00 realised 0.00
      > place S1 SELL 2 STP 1.70 oca-1
      > updated filled 2 @ 2.00 stop 1.70
      exec S1 2 1.69 b.01
      > position 0 @ 2.00 realised -62.00
      > cancel E1 position-closing
      exec E1 1 2.00 c.01
      > position 1 @ 2.00 realised -62.00
      > place S2 SELL 1 STP 1.70 oca-2
      status E1 Cancelled
      > updated filled 3 @ 2.00 stop 1.70
    `));

  test('filled after its signal was closed is protected and left at once', () =>
    play(`${ENTRY}
      wait 61
      > cancel E1 entry-lifetime
      status E1 Cancelled
      > closed not-filled - -
      > unwatch C600
      exec E1 6 2.00 a.01
      > position 6 @ 2.00 realised 0.00
      > place S1 SELL 6 STP 1.70 oca-1
      > anomaly late-fill
      > place X1 SELL 6 MKT - oca-1
    `));

  test('with a wide option spread is refused with the reason', () =>
    play(`
      live
      rally
      > watch C600
      option 1.80 2.20
      > refused wide-spread
      > unwatch C600
    `));

  test('whose option is never quoted is dropped', () =>
    play(`
      live
      rally
      > watch C600
      wait 11
      wait 2
      > refused stale-option-quote
      > unwatch C600
    `));
});

describe('a stop', () => {
  test('that the broker refuses turns into an exit', () =>
    play(`${FILLED}
      refused S1 201
      > anomaly order-refused
      > anomaly stop-refused
      > place X1 SELL 6 MKT - oca-1
      exec X1 6 1.90 z.01
      > position 0 @ 2.00 realised -63.90
      commission z.01 3.90
      > position 0 @ 2.00 realised -67.80
      > closed refused-by-broker 1.90 -5.65
      > unwatch C600
    `));

  test('that somebody cancels is placed again, and after three times given up for an exit', () =>
    play(`${FILLED}
      status S1 Cancelled
      > place S2 SELL 6 STP 1.70 oca-2
      status S2 Cancelled
      > place S3 SELL 6 STP 1.70 oca-3
      status S3 Cancelled
      > anomaly stop-refused
      > place X1 SELL 6 MKT - oca-4
    `));

  test('filled in parts leaves a stop for the rest', () =>
    play(`${FILLED}
      exec S1 2 1.69 b.01
      > position 4 @ 2.00 realised -65.90
      exec S1 4 1.69 c.01
      > position 0 @ 2.00 realised -189.90
    `));

  test('shrinks by what is sold by hand, once', () =>
    play(`${FILLED}
      sold-by-hand 2 2.10 h.01
      > anomaly foreign-execution
      > position 4 @ 2.00 realised 16.10
      > change S1 4 1.70 quantity
      sold-by-hand 2 2.10 h.01
    `));

  test('moves at most once a second within a rung, and at once to the next rung', () =>
    play(`${FILLED}
      option 2.10 2.12
      > stop 1.70 to 1.79 initial
      > updated stop-raised 6 @ 2.00 stop 1.79
      > change S1 6 1.79 ladder
      option 2.20 2.22
      wait 1
      > stop 1.79 to 1.87 initial
      > change S1 6 1.87 ladder
      option 4.00 4.02
      > stop 1.87 to 3.40 lock-50
      > updated stop-raised 6 @ 2.00 stop 3.40
      > change S1 6 3.40 ladder
    `));
});
