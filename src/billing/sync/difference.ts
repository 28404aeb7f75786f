/** Facts that say nothing about what was bought: addresses change with Stripe's whim, and nobody is told of them. */
const IMMATERIAL = new Set(['hostedUrl', 'syncedAt', 'card']);

const plain = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value);

export interface Difference {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** The facts that differ, as plain JSON; null when none does that matters. */
export const differenceOf = (before: object | null, after: object): Difference | null => {
  const was: Record<string, unknown> = {};
  const is: Record<string, unknown> = {};
  const old = (before ?? {}) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(after)) {
    if (IMMATERIAL.has(name) || plain(old[name] ?? null) === plain(value ?? null)) continue;
    if (before) was[name] = plain(old[name] ?? null);
    is[name] = plain(value);
  }
  return Object.keys(is).length > 0 ? { before: was, after: is } : null;
};
