import type { Actor } from '../../../engine/core/types.ts';

/** Who acts on an account, why, and from where. */
export interface By {
  readonly actor: Extract<Actor, { kind: 'operator' }>;
  readonly reason: string;
  /** Network address. */
  readonly address: string | null;
}
