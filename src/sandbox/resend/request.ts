import { z } from 'zod';

/** `SendEmailRequest` of Resend's published OpenAPI description (1.5.0), as far as plain mails go. */
const addresses = z.union([z.string(), z.array(z.string()).min(1).max(50)]);
const schema = z.object({
  from: z.string(),
  to: addresses,
  subject: z.string(),
  bcc: addresses.optional(),
  cc: addresses.optional(),
  reply_to: addresses.optional(),
  html: z.string().nullish(),
  text: z.string().nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
  scheduled_at: z.string().nullish(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});

export interface AcceptedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ErrorBody {
  readonly statusCode: number;
  readonly name: string;
  readonly message: string;
}
export type ParsedMail =
  | { readonly ok: true; readonly mail: AcceptedMail }
  | { readonly ok: false; readonly body: ErrorBody };

const ADDRESS = /^(?:[^<>]+ <[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/;
const invalid = (name: string, message: string): ParsedMail => ({
  ok: false,
  body: { statusCode: 422, name, message },
});
const listed = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

/** What Resend checks of a mail. */
export const parseMail = (body: unknown): ParsedMail => {
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = String(issue?.path[0] ?? 'body');
    const missing = typeof body === 'object' && body !== null && !(field in body);
    return missing
      ? invalid('missing_required_field', `Missing \`${field}\` field.`)
      : invalid('validation_error', `Invalid \`${field}\` field: ${issue?.message ?? 'not understood'}.`);
  }
  const { from, to, subject, text, html, headers } = parsed.data;
  for (const [field, list] of [
    ['from', [from]],
    ['to', listed(to)],
  ] as const)
    if (list.some((address) => !ADDRESS.test(address)))
      return invalid(
        'validation_error',
        `Invalid \`${field}\` field. The email address needs to follow the \`email@example.com\` or \`Name <email@example.com>\` format.`,
      );
  if (!text && !html) return invalid('validation_error', 'Missing `html` or `text` field.');
  return {
    ok: true,
    mail: { from, to: listed(to), subject, text: text ?? '', html: html ?? '', headers: headers ?? {} },
  };
};
