/** Limits of `IncomingWebhookRequestPartial` in Discord's published OpenAPI description. */
const CONTENT_MAX = 2_000;
const EMBEDS_MAX = 10;
const USERNAME_MAX = 80;

export interface AcceptedMessage {
  readonly content: string;
  readonly embeds: readonly unknown[];
  /** False when the message could have pinged people. */
  readonly mentionsOff: boolean;
}

export type ParsedRequest =
  | { readonly ok: true; readonly message: AcceptedMessage }
  | { readonly ok: false; readonly body: unknown };

const invalid = (field: string, code: string, message: string): ParsedRequest => ({
  ok: false,
  body: { code: 50_035, message: 'Invalid Form Body', errors: { [field]: { _errors: [{ code, message }] } } },
});

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const parsesNothing = (allowed: unknown): boolean => {
  if (typeof allowed !== 'object' || allowed === null) return false;
  const { parse, users, roles } = allowed as Readonly<Record<string, unknown>>;
  return [parse ?? [], users ?? [], roles ?? []].every((list) => isList(list) && list.length === 0) && isList(parse);
};

/** What Discord checks of an executed webhook, as far as text messages go. */
export const parseExecuteWebhook = (body: unknown): ParsedRequest => {
  if (typeof body !== 'object' || body === null || isList(body))
    return { ok: false, body: { code: 50_109, message: 'The request body contains invalid JSON.' } };
  const { content, embeds, components, poll, username, allowed_mentions: mentions } = body as Record<string, unknown>;
  if (content !== undefined && content !== null && typeof content !== 'string')
    return invalid('content', 'STRING_TYPE_CONVERT', 'Could not interpret value as string.');
  if (typeof content === 'string' && [...content].length > CONTENT_MAX)
    return invalid('content', 'BASE_TYPE_MAX_LENGTH', `Must be ${CONTENT_MAX} or fewer in length.`);
  if (embeds !== undefined && embeds !== null && !(isList(embeds) && embeds.length <= EMBEDS_MAX))
    return invalid('embeds', 'BASE_TYPE_MAX_LENGTH', `Must be ${EMBEDS_MAX} or fewer in length.`);
  if (typeof username === 'string' && (username.length < 1 || username.length > USERNAME_MAX))
    return invalid('username', 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${USERNAME_MAX} in length.`);
  const hasList = [embeds, components].some((list) => isList(list) && list.length > 0);
  if (!content && !hasList && !poll)
    return { ok: false, body: { code: 50_006, message: 'Cannot send an empty message' } };
  return {
    ok: true,
    message: {
      content: typeof content === 'string' ? content : '',
      embeds: isList(embeds) ? embeds : [],
      mentionsOff: parsesNothing(mentions),
    },
  };
};
