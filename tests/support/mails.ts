import { and, desc, eq } from 'drizzle-orm';
import type { Db } from '../../src/db/client.ts';
import type { MailData, MailTemplate } from '../../src/db/queries/mails.ts';
import { mails } from '../../src/db/schema/mails.ts';

/** What waits to be mailed to somebody, newest first. */
export const mailsTo = async (db: Db, recipient: string): Promise<{ template: string; data: unknown }[]> =>
  await db
    .select({ template: mails.template, data: mails.data })
    .from(mails)
    .where(eq(mails.recipient, recipient))
    .orderBy(desc(mails.queuedAt));

/** The newest mail of a kind; fails when there is none. */
export const mailTo = async <T extends MailTemplate>(db: Db, recipient: string, template: T): Promise<MailData[T]> => {
  const [row] = await db
    .select({ data: mails.data })
    .from(mails)
    .where(and(eq(mails.recipient, recipient), eq(mails.template, template)))
    .orderBy(desc(mails.queuedAt))
    .limit(1);
  if (!row) throw new Error(`no ${template} waits for ${recipient}`);
  return row.data as MailData[T];
};

/** Path and query of a mailed link: tests reach the site under other origins. */
export const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
};
