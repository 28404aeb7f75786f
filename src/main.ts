/** Composition root: configuration, database, sandbox, engine thread, web, deliveries, reports; and the way down. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Config, readConfig, type Vendor } from './config.ts';
import { migrateDatabase, openDatabase } from './db/client.ts';
import { startEmbeddedPostgres } from './db/embedded.ts';
import { calendarProblem, useCalendar } from './engine/core/market/calendar.ts';
import { type CalendarOverrides, NO_OVERRIDES } from './engine/core/market/calendar-overrides.ts';
import { readCalendarFile, watchCalendarFile } from './engine/shell/calendar/calendar-file.ts';
import { createLog, errorWords, type Log } from './log.ts';
import { createEngineDoor } from './process/engine-door.ts';
import { openBus } from './process/open-bus.ts';
import { DEFAULT_SYMBOLS, isOneWorld, planEngine, VOLATILITY_INDICES } from './process/plan-engine.ts';
import { portProblem } from './process/port-problem.ts';
import { DISCORD_CALLBACK, publicUrlOf } from './process/public-url.ts';
import { removeRuntimeFile, writeRuntimeFile } from './process/runtime-file.ts';
import { createShutdown, type Shutdown } from './process/shutdown.ts';
import { startChats } from './process/start-chats.ts';
import { startOutlets } from './process/start-outlets.ts';
import { startSandbox } from './process/start-sandbox.ts';
import { startSite } from './process/start-site.ts';
import { superviseEngine } from './process/supervise-engine.ts';
import { VERSION } from './process/version.ts';
import type { SandboxAddresses } from './sandbox/protocol.ts';

/** What the seeded market holds unless SYMBOLS says otherwise: what a real one would be asked for. */
const SANDBOX_SYMBOLS: readonly string[] = [...DEFAULT_SYMBOLS.split(','), ...VOLATILITY_INDICES];

const THE_WEBSITES: readonly Vendor[] = ['stripe', 'telegram', 'discord'];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const refuse = (headline: string, problems: readonly string[]): never => {
  process.stderr.write(`${headline}\n${problems.map((problem) => `  - ${problem}\n`).join('')}`);
  process.exit(1);
};

/** Names the variable behind a failure that only its setter can mend. */
const blaming = async <T>(variable: string, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw new Error(variable, { cause: error });
  }
};

const databaseOf = async (config: Config, log: Log, shutdown: Shutdown): Promise<string> => {
  if (config.DATABASE_URL) return config.DATABASE_URL;
  say('· starting the embedded PostgreSQL');
  const started = await startEmbeddedPostgres({
    dataDir: resolve(config.DATA_DIR),
    log: (line) => log('debug', 'postgres', { line }),
  });
  if (!started.ok) return refuse('QuantiCity cannot start:', [started.reason]);
  started.onExit(() => log('error', 'the embedded PostgreSQL died and is being restarted'));
  shutdown.last('postgres', started.stop);
  return started.url;
};

/** Today in New York: the sandbox's market opens on the newest session up to it. */
const todayInNewYork = (): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' }).format(new Date());

const sandboxOf = async (config: Config, log: Log, shutdown: Shutdown): Promise<SandboxAddresses | null> => {
  if (config.sandboxed.length === 0) return null;
  const started = await startSandbox(
    {
      // Payments and chats are the website's: an engine beside it would keep a second Stripe in the same folder.
      vendors: config.sandboxed.filter((vendor) => config.ROLE !== 'engine' || !THE_WEBSITES.includes(vendor)),
      seed: config.SANDBOX_SEED,
      speed: config.SANDBOX_SPEED,
      symbols: config.SYMBOLS?.split(',') ?? (config.SANDBOX_RECORDINGS.length > 0 ? [] : SANDBOX_SYMBOLS),
      scenario: config.SANDBOX_SCENARIO,
      recordings: config.SANDBOX_RECORDINGS.map((path) => resolve(path)),
      dataDir: resolve(config.DATA_DIR),
      today: todayInNewYork(),
      stripeWebhookUrl: new URL('/webhooks/stripe', publicUrlOf(config)).href,
      discordRedirectUrl: new URL(DISCORD_CALLBACK, publicUrlOf(config)).href,
    },
    (reason) => {
      log('error', 'the sandbox died; the server stops', { reason });
      shutdown.begin(1);
    },
  );
  if (!started.ok) return refuse('QuantiCity cannot start its sandbox:', started.problems);
  shutdown.last('sandbox', started.stop);
  say(
    `· sandbox: ${config.sandboxed.join(', ')} stand on this machine${started.addresses.market ? ` (${started.addresses.market.description})` : ''}`,
  );
  return started.addresses;
};

/** This thread's calendar, kept up with its file; what it says now goes to the engine. */
const calendarOf = (config: Config, log: Log, shutdown: Shutdown): CalendarOverrides => {
  if (!config.CALENDAR_FILE) return NO_OVERRIDES;
  const read = readCalendarFile(config.CALENDAR_FILE);
  if (!read.ok) return refuse(`CALENDAR_FILE ${config.CALENDAR_FILE} cannot be taken:`, read.problems);
  useCalendar(read.overrides);
  const watch = watchCalendarFile(config.CALENDAR_FILE, read.text, useCalendar, log);
  shutdown.add('calendar', async () => watch.stop());
  return read.overrides;
};

const run = async (config: Config, log: Log, shutdown: Shutdown): Promise<void> => {
  const uncovered = calendarProblem(Date.now());
  if (uncovered) refuse('QuantiCity cannot start:', [uncovered]);
  const calendar = calendarOf(config, log, shutdown);
  const withWeb = config.ROLE !== 'engine';
  if (withWeb && config.STRIPE_SECRET_KEY && config.STRIPE_WEBHOOK_SECRETS.length === 0)
    refuse('QuantiCity cannot start:', [
      'STRIPE_WEBHOOK_SECRETS: expected the signing secret that `quanticity stripe-setup` prints, or no payment is heard of',
    ]);
  const taken = withWeb ? await portProblem(config.HOST, config.PORT) : null;
  if (taken) refuse('QuantiCity cannot start:', [taken]);
  // Others may pass through, not list: as root the database's own user must reach its folder.
  await blaming(`DATA_DIR ${config.DATA_DIR}`, () => mkdirSync(config.DATA_DIR, { recursive: true, mode: 0o751 }));
  const databaseUrl = await databaseOf(config, log, shutdown);
  await blaming(config.DATABASE_URL ? 'DATABASE_URL' : 'the embedded PostgreSQL', () => migrateDatabase(databaseUrl));
  const database = openDatabase({ url: databaseUrl });
  shutdown.add('database', database.close);
  const bus = openBus(config.REDIS_URL ?? null, log);
  shutdown.add('bus', bus.close);
  const sandbox = await sandboxOf(config, log, shutdown);
  const engine = createEngineDoor({ db: database.db, bus });
  if (withWeb) {
    const chats = startChats({ config, database, databaseUrl, bus, sandbox, log });
    shutdown.add('chats', chats.stop);
    const { doors, channels } = chats;
    const site = await startSite({ config, database, bus, engine, sandbox, chats: doors, log });
    shutdown.add('site', site.stop);
    const outlets = await startOutlets({ config, database, databaseUrl, bus, engine, sandbox, channels, log });
    shutdown.add('outlets', outlets.stop);
    writeRuntimeFile(config.DATA_DIR, {
      pid: process.pid,
      port: config.PORT,
      databaseUrl,
      redisUrl: config.REDIS_URL ?? null,
      sandbox: sandbox && {
        controlUrl: sandbox.controlUrl,
        twsPort: sandbox.tws?.port ?? null,
        alphaVantageUrl: sandbox.alphaVantageUrl,
        discordUrl: sandbox.discord?.url ?? null,
        discordControlUrl: sandbox.discord?.controlUrl ?? null,
        telegramUrl: sandbox.telegram?.url ?? null,
        telegramControlUrl: sandbox.telegram?.controlUrl ?? null,
        resendUrl: sandbox.resendUrl,
        stripeUrl: sandbox.stripe?.url ?? null,
        stripeControlUrl: sandbox.stripe?.controlUrl ?? null,
      },
    });
    shutdown.add('runtime file', async () => removeRuntimeFile(config.DATA_DIR));
    say(`\nQuantiCity is open: ${site.url}`);
    for (const line of site.notes) say(`  ${line}`);
  }
  if (config.ROLE !== 'web') {
    const options = planEngine({ config, databaseUrl, sandbox, version: VERSION, calendar });
    if (!isOneWorld(config))
      say('· nothing is traded: of Interactive Brokers and Alpha Vantage one is real and the other simulated');
    const supervisor = superviseEngine({ engine: options, log, onUp: engine.setUp });
    shutdown.add('engine', supervisor.stop);
  }
};

const start = (config: Config): void => {
  const log = createLog(config.LOG_LEVEL, 'main');
  const shutdown = createShutdown(log);
  run(config, log, shutdown).catch((error: Error) => {
    if (!shutdown.begun()) refuse('QuantiCity cannot start:', [errorWords(error)]);
  });
};

const read = readConfig(process.env);
if (read.ok) start(read.config);
else refuse('The configuration does not fit. Each line names a variable (see .env.example):', read.problems);
