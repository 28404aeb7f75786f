import type { MarketInput } from '../../core/inputs.ts';

/** Inputs that come a few times a second at most: their names are worth more than their bytes. */
const TEXT_KINDS = [
  'stream.reported',
  'auction.seen',
  'five-second-bar.seen',
  'history-bar.seen',
  'volatility-day.seen',
  'vendor-indicator.seen',
  'macro.seen',
  'news-sentiment.seen',
  'budget.reported',
  'calendar.seen',
] as const satisfies readonly MarketInput['kind'][];
export type TextInput = Extract<MarketInput, { kind: (typeof TEXT_KINDS)[number] }>;

const MARKED = '~';

/** JSON has no NaN, and absent must not become null: such numbers are texts behind a mark, and marked texts get another. */
export const writeText = (input: TextInput): string =>
  JSON.stringify(input, (_key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return `${MARKED}${value}`;
    return typeof value === 'string' && value.startsWith(MARKED) ? `${MARKED}${value}` : value;
  });

export const readText = (text: string): TextInput =>
  JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(MARKED)) return value;
    const rest = value.slice(MARKED.length);
    return rest.startsWith(MARKED) ? rest : Number(rest);
  }) as TextInput;
