import type { Actor } from '../types.ts';

export type Command =
  | { readonly kind: 'kill' }
  | { readonly kind: 'rearm' }
  | { readonly kind: 'set-mode'; readonly mode: 'automatic' | 'manual' };
/** A row of the `commands` table. */
export interface CommandGiven {
  kind: 'command.given';
  commandId: string;
  actor: Actor;
  reason: string;
  command: Command;
}
