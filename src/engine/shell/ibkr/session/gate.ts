import { type GatewayClosure, type GatewaySchedule, gatewayClosureAt } from '../../../core/market/gateway-gate.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';

export interface Gate {
  /** Null while orders may be handed over. */
  closure(): GatewayClosure | null;
  /** To be called often: notices that the gate has opened. */
  beat(): void;
}

/** The gateway's timetable, watched. */
export const createGate = (options: {
  readonly schedule: GatewaySchedule | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Held orders may go once the broker has told everything anew. */
  readonly onOpened: () => void;
}): Gate => {
  const { schedule, clock, log } = options;
  let known: GatewayClosure | null = null;
  const closure = (): GatewayClosure | null => schedule && gatewayClosureAt(clock.now(), schedule);
  return {
    closure,
    beat: () => {
      const before = known;
      known = closure();
      if (known && !before)
        log('info', 'no orders go to the gateway for a while', {
          cause: known.cause,
          until: new Date(known.until).toISOString(),
        });
      if (before && !known) {
        log('info', 'orders go to the gateway again once it has told everything', { cause: before.cause });
        options.onOpened();
      }
    },
  };
};
