/** What the Bot API answers: always an envelope, whose `error_code` is the HTTP status too. */
export type Answer = { readonly ok: true; readonly result: unknown } | Refused;

export interface Refused {
  readonly ok: false;
  readonly error_code: number;
  readonly description: string;
  readonly parameters?: { readonly retry_after: number };
}

export const granted = (result: unknown = true): Answer => ({ ok: true, result });

const refused = (code: number, words: string): Refused => ({ ok: false, error_code: code, description: words });

/** The specification leaves descriptions open: these follow what bots are known to be told, and are our reading. */
export const badRequest = (words: string): Refused => refused(400, `Bad Request: ${words}`);
export const forbidden = (words: string): Refused => refused(403, `Forbidden: ${words}`);
export const conflict = (words: string): Refused => refused(409, `Conflict: ${words}`);
export const unauthorized = (): Refused => refused(401, 'Unauthorized');
export const notSimulated = (method: string): Refused =>
  refused(404, `Not Found: the sandbox does not simulate ${method}`);
export const serverError = (): Refused => refused(500, 'Internal Server Error');

/** `waitSeconds` is whole, as `ResponseParameters` has it. */
export const tooManyRequests = (waitSeconds: number): Refused => ({
  ...refused(429, `Too Many Requests: retry after ${waitSeconds}`),
  parameters: { retry_after: waitSeconds },
});

export const answered = (answer: Answer): Response =>
  answer.ok
    ? Response.json(answer)
    : Response.json(answer, {
        status: answer.error_code,
        headers: answer.parameters ? { 'retry-after': String(answer.parameters.retry_after) } : {},
      });
