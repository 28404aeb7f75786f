/** What Discord answers. Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json; words are our reading. */
export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json(body, { status, headers });

export const nothing = (headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(null, { status: 204, headers });

const refusal = (status: number, code: number, message: string): Response => json(status, { code, message });

export const notFound = (): Response => refusal(404, 0, '404: Not Found');
export const unauthorized = (): Response => refusal(401, 0, '401: Unauthorized');
export const unknownWebhook = (): Response => refusal(404, 10_015, 'Unknown Webhook');
export const unknownGuild = (): Response => refusal(404, 10_004, 'Unknown Guild');
export const unknownMember = (): Response => refusal(404, 10_007, 'Unknown Member');
export const unknownRole = (): Response => refusal(404, 10_011, 'Unknown Role');
export const unknownUser = (): Response => refusal(404, 10_013, 'Unknown User');
export const missingPermissions = (): Response => refusal(403, 50_013, 'Missing Permissions');
export const invalidOAuthToken = (): Response => refusal(403, 50_025, 'Invalid OAuth2 access token provided');
export const methodNotAllowed = (): Response => refusal(405, 0, '405: Method Not Allowed');
export const serverError = (): Response => refusal(500, 0, '500: Internal Server Error');

export const invalidForm = (field: string, code: string, message: string): Response =>
  json(400, { code: 50_035, message: 'Invalid Form Body', errors: { [field]: { _errors: [{ code, message }] } } });

/** `isGlobal`: the whole bot has to wait, not this kind of request alone. */
export const rateLimited = (retryAfterSeconds: number, isGlobal = false): Response =>
  json(
    429,
    { message: 'You are being rate limited.', code: 0, retry_after: retryAfterSeconds, global: isGlobal },
    { 'retry-after': String(Math.ceil(retryAfterSeconds)), 'x-ratelimit-scope': isGlobal ? 'global' : 'user' },
  );
