import { Resend } from 'resend';

/** What became of one attempt. `refused`: never; `not-now`: later. A repetition under one key is sent once. */
export type Sent =
  | { readonly kind: 'sent'; readonly vendorId: string | null }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'not-now'; readonly problem: string; readonly retryAfterMs: number | null };

export interface OutgoingMail {
  /** Resend keeps it for 24 hours and sends nothing twice under it. */
  readonly idempotencyKey: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export type SendMail = (mail: OutgoingMail) => Promise<Sent>;

export interface ResendOptions {
  readonly apiKey: string;
  /** The sandbox's; the vendor's own when left out. */
  readonly baseUrl?: string;
  /** `QuantiCity <signals@quanticity.example>` */
  readonly from: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** Statuses that say "later": rate and quota limits, conflicts of one key under way, and the vendor's own trouble. */
const isPassing = (status: number | null): boolean =>
  status === null || status === 409 || status === 429 || status >= 500;

/** Sends through Resend. The key belongs to the mail's row, so an answer that got lost costs nothing but another try. */
export const createResendSender = ({ apiKey, baseUrl, from, timeoutMs = TIMEOUT_MS }: ResendOptions): SendMail => {
  const resend = new Resend(apiKey, baseUrl === undefined ? {} : { baseUrl });
  return async ({ idempotencyKey, to, subject, text, html }) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), timeoutMs);
    });
    try {
      const sending = resend.emails.send({ from, to, subject, text, html }, { idempotencyKey });
      const answer = await Promise.race([sending, late]);
      if (answer === 'late') return { kind: 'not-now', problem: 'no answer in time', retryAfterMs: null };
      if (answer.data) return { kind: 'sent', vendorId: answer.data.id };
      const { name, message, statusCode } = answer.error;
      const problem = `${statusCode ?? 'network'} ${name}: ${message}`.slice(0, 300);
      if (!isPassing(statusCode)) return { kind: 'refused', problem };
      const seconds = Number(answer.headers?.['retry-after']);
      return { kind: 'not-now', problem, retryAfterMs: seconds > 0 ? seconds * 1_000 : null };
    } catch (error) {
      return { kind: 'not-now', problem: error instanceof Error ? error.message : String(error), retryAfterMs: null };
    } finally {
      clearTimeout(timer);
    }
  };
};
