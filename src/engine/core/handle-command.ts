import type { Context } from './context.ts';
import { countAnomaly, emit, tellAnomaly } from './context.ts';
import { sweep } from './execution/sweep.ts';
import { actorName } from './execution/trade.ts';
import type { CommandGiven } from './inputs.ts';
import { dropCandidates } from './strategies/evaluate.ts';

const kill = (context: Context, by: string, reason: string): void => {
  const { state } = context;
  if (state.trading.kill.engaged) return;
  emit(context, { kind: 'kill.engaged', by, reason });
  state.killSeq = context.seq;
  dropCandidates(context);
};

/** Only the broker's evidence of a flat book lets new risk in again. */
const rearm = (context: Context, by: string, reason: string): void => {
  const { engaged, flat } = context.state.trading.kill;
  if (engaged && flat) {
    emit(context, { kind: 'kill.released', by, reason });
    return;
  }
  countAnomaly(context.state, 'rearm-refused', by);
  tellAnomaly(context, 'rearm-refused', { by, reason, because: engaged ? 'not-flat' : 'not-engaged' });
};

/** Obeys an operator, and says who asked and why. A command that changes nothing tells nothing. */
export const handleCommand = (context: Context, given: CommandGiven): void => {
  const by = actorName(given.actor);
  const { command, reason } = given;
  switch (command.kind) {
    case 'kill':
      kill(context, by, reason);
      break;
    case 'rearm':
      rearm(context, by, reason);
      break;
    case 'set-mode':
      if (context.state.trading.control !== command.mode) {
        emit(context, { kind: 'mode.changed', mode: command.mode, by, reason });
      }
      break;
  }
  sweep(context);
};
