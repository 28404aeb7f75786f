import type { WebContext } from './context.ts';

/** A body that is no form holds no fields. */
const bodyOf = async (c: WebContext): Promise<Record<string, unknown>> => {
  try {
    return await c.req.parseBody();
  } catch {
    return {};
  }
};

/** A posted form's text fields, trimmed at neither end; anything else posted under those names reads as empty. */
export const formOf = async <Name extends string>(
  c: WebContext,
  names: readonly Name[],
): Promise<Record<Name, string>> => {
  const body = await bodyOf(c);
  const entries = names.map((name) => {
    const value = body[name];
    return [name, typeof value === 'string' ? value : ''];
  });
  return Object.fromEntries(entries) as Record<Name, string>;
};

const EMAIL_FORM = /^[^\s@<>"'(),:;\\\p{Cc}]+@[^\s@<>"'(),:;\\\p{Cc}]+\.[^\s@<>"'(),:;\\\p{Cc}]+$/u;

/** Trimmed and lower case, or null when it cannot be an address. */
export const emailFrom = (text: string): string | null => {
  const email = text.trim().toLowerCase();
  return email.length <= 254 && EMAIL_FORM.test(email) ? email : null;
};
