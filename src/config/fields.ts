import { z } from 'zod';

export const flag = z.stringbool({ error: 'expected true or false' });
export const secret = z.string().min(1);
export const whole = (least: number, most: number) => {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int(error).min(least, error).max(most, error);
};
export const decimal = (least: number, most: number) => {
  const error = `expected a number from ${least} to ${most}`;
  return z.coerce.number({ error }).min(least, error).max(most, error);
};
export const address = (protocol: RegExp, example: string) =>
  z.url({ protocol, error: `expected an address such as ${example}` });
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 23:45');
const isZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
};
export const timeZone = z.string().refine(isZone, 'expected a time zone such as America/New_York');

/** `SPY:2026-12-18:1.95`: dollars per share to holders before the ex-date. */
export const dividend = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9.]{0,5}:\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]):\d+(\.\d+)?$/,
    'expected symbol, ex-date and dollars per share, such as SPY:2026-12-18:1.95',
  )
  .refine((text) => {
    const [, exDate = ''] = text.split(':');
    const at = Date.parse(`${exDate}T00:00:00Z`);
    return Number.isFinite(at) && new Date(at).toISOString().startsWith(exDate);
  }, 'expected an ex-date that there is')
  .transform((text) => {
    const [symbol = '', exDate = '', amount = ''] = text.split(':');
    return { symbol, exDate, amount: Number(amount) };
  });
