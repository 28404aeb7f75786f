import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import type { Channel } from '../distribution/channels/channel.ts';
import { startMailroom } from '../distribution/mail/mailroom.ts';
import { createResendSender } from '../distribution/mail/send.ts';
import { startOutbox } from '../distribution/outbox.ts';
import { reportSignals } from '../distribution/report-signals.ts';
import type { Bus, EngineDoor } from '../engine/index.ts';
import type { Log } from '../log.ts';
import { startReportSchedule } from '../reports/schedule.ts';
import type { SandboxAddresses } from '../sandbox/protocol.ts';
import { publicUrlOf } from './public-url.ts';

export interface OutletsPlan {
  readonly config: Config;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly bus: Bus;
  readonly engine: EngineDoor;
  readonly sandbox: SandboxAddresses | null;
  /** What releases go out through. */
  readonly channels: readonly Channel[];
  readonly log: Log;
}

/** No key and no sandbox (a vendor left out on purpose) is no mail: what waits goes out when there is one. */
const mailroomOf = ({ config, database, sandbox, log }: OutletsPlan) => {
  const apiKey = config.RESEND_API_KEY ?? (sandbox?.resendUrl ? 're_sandbox' : null);
  if (apiKey === null) return null;
  const baseUrl = config.RESEND_API_KEY ? null : (sandbox?.resendUrl ?? null);
  return startMailroom({
    db: database.db,
    send: createResendSender({ apiKey, from: config.MAIL_FROM, ...(baseUrl !== null && { baseUrl }) }),
    imprint: {
      postalAddress: config.MAIL_POSTAL_ADDRESS,
      siteUrl: publicUrlOf(config).origin,
    },
    log,
  });
};

/** What leaves the house besides the site: deliveries and reports. */
export const startOutlets = async (plan: OutletsPlan): Promise<{ stop(): Promise<void> }> => {
  const { config, database, databaseUrl, bus, engine, sandbox, channels, log } = plan;
  const onError = (what: string) => (error: unknown) =>
    log('error', `${what} stumbled; the next pass catches up`, { error });
  const outbox = channels.length > 0 ? await startOutbox({ database, databaseUrl, bus, channels, log }) : null;
  const mailroom = mailroomOf(plan);
  const reports = startReportSchedule({
    db: database.db,
    engine,
    readSignals: (tier, period) => reportSignals(database.db, tier, period),
    // Brokers' and vendors' data, recorded ones too, may not be shown to subscribers without a licence; our own simulated market may.
    publishMarketData:
      sandbox?.market?.source === 'seeded' &&
      config.sandboxed.includes('ibkr') &&
      config.sandboxed.includes('alphavantage'),
    onError: onError('the report schedule'),
  });
  return {
    stop: async () => {
      await Promise.all([reports.stop(), outbox?.stop(), mailroom?.stop()]);
    },
  };
};
