import { describe, test } from 'bun:test';
import { expectScenario as play } from '../testing/expect-scenario.ts';
import { ENTRY, FILLED } from '../testing/scenario-starts.ts';

describe('evidence', () => {
  test('repeated executions change nothing, corrections replace', () =>
    play(`${ENTRY}
      exec E1 2 2.00 a.b.01
      > position 2 @ 2.00 realised 0.00
      > place S1 SELL 2 STP 1.70 oca-1
      > updated filled 2 @ 2.00 stop 1.70
      exec E1 2 2.00 a.b.01
      exec E1 3 1.90 a.b.02
      > position 3 @ 1.90 realised 0.00
      > change S1 3 1.70 quantity
      exec E1 2 2.00 a.b.01
    `));

  test('statuses, even Filled, book nothing', () =>
    play(`${ENTRY}
      status E1 Submitted
      status E1 Filled
    `));

  test('an entry that never reached the broker is never sent again', () =>
    play(`${ENTRY}
      disconnect
      connect
      sync 0
      > anomaly order-never-arrived
      > closed not-filled - -
      > unwatch C600
      wait 1
    `));

  test('an entry that did reach it is adopted, with what it was filled meanwhile, and protected', () =>
    play(`${ENTRY}
      sent E1
      disconnect
      wait 1
      connect
      sync-exec 2 E1 2 2.00 a.01 E1
      > position 2 @ 2.00 realised 0.00
      > place S1 SELL 2 STP 1.70 oca-1
      > updated filled 2 @ 2.00 stop 1.70
    `));

  test('a stop lost while the line was down is placed again at once', () =>
    play(`${FILLED}
      disconnect
      connect
      sync 6
      > anomaly order-never-arrived
      > place S2 SELL 6 STP 1.70 oca-2
    `));

  test('a stop that missed its last change is changed again', () =>
    play(`${FILLED}
      status S1 PreSubmitted
      option 2.50 2.52
      > stop 1.70 to 2.13 break-even
      > updated stop-raised 6 @ 2.00 stop 2.13
      > change S1 6 2.13 ladder
      disconnect
      connect
      sync 6 S1=6@1.70
      > change S1 6 2.13 ladder
    `));

  test('a position missing from the answer is a mismatch, not flat, and its stop stays', () =>
    play(`${FILLED}
      sync 0 S1
      > anomaly position-mismatch
      > ask position-mismatch
      wait 1
      sync 6 S1
      wait 1
    `));
});

describe('more sold than was held', () => {
  test('is bought back once the broker says so and nothing works any more, and the trade ends', () =>
    play(`${FILLED}
      exec S1 7 1.70 s.01
      > anomaly over-closed
      > position -1 @ 2.00 realised -213.90
      positions -1
      > place X1 BUY 1 MKT -
      positions -1
      exec X1 1 1.80 t.01
      > position 0 @ 1.97 realised -193.90
      positions 0
      commission s.01 4.55
      > position 0 @ 1.97 realised -198.45
      commission t.01 0.65
      > position 0 @ 1.97 realised -199.10
      > closed stopped 1.70 -14.43
      > unwatch C600
    `));

  test('is left alone while the broker does not say so', () =>
    play(`${FILLED}
      exec S1 7 1.70 s.01
      > anomaly over-closed
      > position -1 @ 2.00 realised -213.90
      positions 0
      wait 1
    `));
});

describe('a restart', () => {
  test('goes on with the position, its stop and its ladder, and doubles nothing', () =>
    play(`${FILLED}
      status S1 PreSubmitted
      option 2.50 2.52
      > stop 1.70 to 2.13 break-even
      > updated stop-raised 6 @ 2.00 stop 2.13
      > change S1 6 2.13 ladder
      restart
      connect
      sync 6 S1
      > watch C600
      option 2.30 2.32
      wait 2
      option 2.60 2.62
      > stop 2.13 to 2.21 break-even
      > change S1 6 2.21 ladder
    `));

  test('after an intent that was never handed over treats it as unknown until the broker answers', () =>
    play(`${ENTRY}
      restart
      wait 1
      connect
      sync 0
      > anomaly order-never-arrived
      > watch C600
      > closed not-filled - -
      > unwatch C600
    `));

  test('keeps the kill switch engaged, and exits what it finds', () =>
    play(`${FILLED}
      status S1 PreSubmitted
      disconnect
      kill
      > kill.engaged ops@example.test: drill
      restart
      connect
      sync 6 S1
      > watch C600
      > place X1 SELL 6 MKT - oca-1
      exec X1 6 1.95 q.01
      > position 0 @ 2.00 realised -33.90
      > cancel S1 nothing-held
      status S1 Cancelled
      > ask kill-switch
      positions 0
      > kill.flat
      rearm
      > kill.released ops@example.test: drill
    `));
});

describe('operators', () => {
  test('the kill switch cancels, exits in the stop group, proves flat by the broker alone, and is idempotent', () =>
    play(`${FILLED}
      kill
      > kill.engaged ops@example.test: drill
      > place X1 SELL 6 MKT - oca-1
      kill
      exec X1 6 1.95 q.01
      > position 0 @ 2.00 realised -33.90
      > cancel S1 nothing-held
      rearm
      > anomaly rearm-refused
      status S1 Cancelled
      > ask kill-switch
      positions 0
      > kill.flat
      rearm
      > kill.released ops@example.test: drill
    `));

  test('the kill switch cancels an entry that works', () =>
    play(`${ENTRY}
      kill
      > kill.engaged ops@example.test: drill
      > cancel E1 kill-switch
    `));

  test('a flat book that was proved is proved anew after a restart', () =>
    play(`
      live
      kill
      > kill.engaged ops@example.test: drill
      > ask kill-switch
      sync 0
      > kill.flat
      restart
      rearm
      > anomaly rearm-refused
      connect
      sync 0
      > kill.flat
      rearm
      > kill.released ops@example.test: drill
    `));

  test('the kill switch asks the broker for its word when nothing is held that could change', () =>
    play(`
      live
      kill
      > kill.engaged ops@example.test: drill
      > ask kill-switch
      wait 1
      rearm
      > anomaly rearm-refused
      sync 0
      > kill.flat
      rearm
      > kill.released ops@example.test: drill
    `));

  test('the kill switch drops a candidate before it becomes an order', () =>
    play(`
      live
      rally
      > watch C600
      kill
      > kill.engaged ops@example.test: drill
      > unwatch C600
      > ask kill-switch
      option-of C600 1.98 2.00
      refresh 599.6
      wait 1
    `));

  test('an exit never sells more than the broker says there is, once it contradicts us', () =>
    play(`${FILLED}
      sync 2 S1
      > anomaly position-mismatch
      > ask position-mismatch
      kill
      > kill.engaged ops@example.test: drill
      > place X1 SELL 2 MKT - oca-1
    `));

  test('manual mode takes no new trade and keeps protecting', () =>
    play(`${FILLED}
      mode manual
      > mode manual
      option 2.50 2.52
      > stop 1.70 to 2.13 break-even
      > updated stop-raised 6 @ 2.00 stop 2.13
      > change S1 6 2.13 ladder
    `));

  test('manual mode refuses a candidate by name', () =>
    play(`
      live
      mode manual
      > mode manual
      rally
      > watch C600
      option 1.98 2.00
      > refused manual-mode
      > unwatch C600
    `));

  test('a broker silent about positions since the fill holds no exit up', () =>
    play(`${FILLED}
      wait 13
      > anomaly position-mismatch
      > ask position-mismatch
      kill
      > kill.engaged ops@example.test: drill
      > place X1 SELL 6 MKT - oca-1
    `));

  test("what is left at expiry is gone by the broker's word, and counts as lost", () =>
    play(`${FILLED}
      positions 6
      until 15:50
      > place X1 SELL 6 MKT - oca-1
      exec X1 2 1.50 q.01
      > position 4 @ 2.00 realised -103.90
      commission q.01 1.30
      > position 4 @ 2.00 realised -105.20
      positions 4
      until 16:01
      positions 0
      > anomaly expired-unsettled
      > position 0 @ 2.00 realised -905.20
      > cancel S1 nothing-held
      > cancel X1 nothing-held
      > closed closed-at-session-end 0.50 -75.43
    `));

  test('ten minutes before the close everything that expires today is left', () =>
    play(`${FILLED}
      positions 6
      until 15:49
      until 15:50
      > place X1 SELL 6 MKT - oca-1
      exec X1 6 2.20 q.01
      > position 0 @ 2.00 realised 116.10
      > cancel S1 nothing-held
      commission q.01 3.90
      > position 0 @ 2.00 realised 112.20
      > closed closed-at-session-end 2.20 9.35
    `));
});
