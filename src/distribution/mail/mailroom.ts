import type { Db } from '../../db/client.ts';
import { claimMail, deferMail, type MailRow, settleMail } from '../../db/queries/mails.ts';
import { repeat } from '../repeat.ts';
import type { SendMail } from './send.ts';
import { asHtml, asText, type Imprint } from './set.tsx';
import { isMailTemplate, letterOf } from './templates.ts';

export interface MailroomOptions {
  readonly db: Db;
  readonly send: SendMail;
  readonly imprint: Imprint;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
  readonly pollMs?: number;
}

/** A process that died while sending gives its mail up after this long; the vendor's key keeps it from going out twice. */
const LEASE_MS = 60_000;
const FIRST_WAIT_MS = 2_000;
const WAIT_MS_MAX = 15 * 60_000;
/** About a day of trying. */
const ATTEMPTS_MAX = 100;

const waitAfter = (attempts: number): number => Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 20), WAIT_MS_MAX);

/** Sends what waits in `mails`, oldest first, each once. Several rooms may work on one table. */
export const startMailroom = (options: MailroomOptions): { wake(): void; stop(): Promise<void> } => {
  const { db, send, imprint, log, pollMs = 1_000 } = options;
  const handle = async (row: MailRow): Promise<void> => {
    if (!isMailTemplate(row.template)) {
      await settleMail(db, row.id, { state: 'failed', problem: `no template is called ${row.template}` });
      return;
    }
    const letter = letterOf(row.template, row.data as never);
    const outcome = await send({
      idempotencyKey: row.id,
      to: row.recipient,
      subject: letter.subject,
      text: asText(letter, imprint),
      html: asHtml(letter, imprint),
    });
    if (outcome.kind === 'sent') {
      await settleMail(db, row.id, { state: 'sent', vendorId: outcome.vendorId });
      return;
    }
    const { problem } = outcome;
    log('warn', 'a mail was not taken', { mail: row.id, template: row.template, attempts: row.attempts, problem });
    if (outcome.kind === 'refused' || row.attempts >= ATTEMPTS_MAX)
      await settleMail(db, row.id, { state: 'failed', problem });
    else await deferMail(db, row.id, outcome.retryAfterMs ?? waitAfter(row.attempts), problem);
  };
  const pass = async (): Promise<number> => {
    for (;;) {
      const row = await claimMail(db, LEASE_MS);
      if (row === null) return pollMs;
      await handle(row);
    }
  };
  const loop = repeat(pass, (error) => log('error', 'sending mail stumbled; trying again', { error }), pollMs);
  loop.wake();
  return loop;
};
