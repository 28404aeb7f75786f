import type { CommandRow } from '../../db/queries/commands.ts';
import type { EngineView } from '../../engine/index.ts';
import { clockTime } from './format.ts';

export type KillStage = 'armed' | 'requested' | 'engaged' | 'flat' | 'unknown';

/** The newest kill or rearm that the engine has not taken in yet. */
const waiting = (commands: readonly CommandRow[]): CommandRow | undefined =>
  commands.find((row) => row.takenAt === null && (row.command.kind === 'kill' || row.command.kind === 'rearm'));

/** Engaged and flat come from the engine's view alone: flat is said only on the broker's evidence. */
export const killStage = (view: EngineView | null, commands: readonly CommandRow[]): KillStage => {
  if (view?.kill.engaged) return view.kill.flat ? 'flat' : 'engaged';
  if (waiting(commands)?.command.kind === 'kill') return 'requested';
  return view === null ? 'unknown' : 'armed';
};

const HEADLINES: Readonly<Record<KillStage, string>> = {
  armed: 'Kill switch: not engaged',
  requested: 'Kill requested: waiting for the engine',
  engaged: 'Kill switch engaged: cancelling and closing',
  flat: 'Kill switch engaged: flat',
  unknown: 'Kill switch: unknown until the engine reports',
};

const detail = (stage: KillStage, view: EngineView | null): string => {
  if (stage === 'requested') return 'The command is on record. Nothing is confirmed before the engine says so.';
  if (stage === 'armed' || stage === 'unknown' || !view) return '';
  const { by, reason, since } = view.kill;
  const proof = stage === 'flat' ? 'The broker reports no position and no working order.' : 'Not flat yet.';
  return `By ${by ?? 'somebody'}${since === null ? '' : ` since ${clockTime(since)} ET`}: ${reason ?? 'no reason given'}. ${proof}`;
};

const STEPS = ['requested', 'engaged', 'flat'] as const;

/** How far down the three steps the switch has gone. */
const reached = (stage: KillStage): number => (stage === 'armed' || stage === 'unknown' ? -1 : STEPS.indexOf(stage));

export const KillState = ({ view, commands }: { view: EngineView | null; commands: readonly CommandRow[] }) => {
  const stage = killStage(view, commands);
  const rearming = view?.kill.engaged === true && waiting(commands)?.command.kind === 'rearm';
  return (
    <section class="kill-state" id="kill-state" data-stage={stage} aria-live="assertive" aria-label="Kill switch">
      <div>
        <strong>{HEADLINES[stage]}</strong>
        <p>{rearming ? 'Rearming was requested: waiting for the engine.' : detail(stage, view)}</p>
      </div>
      <ol class="kill-steps">
        {STEPS.map((step, index) => (
          <li data-reached={index <= reached(stage) ? 'yes' : 'no'}>{step}</li>
        ))}
      </ol>
    </section>
  );
};
