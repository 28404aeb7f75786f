import { z } from 'zod';
import { chatFields, chatProblems, sandboxedChats } from './config/chats.ts';
import { address, decimal, dividend, flag, secret, timeOfDay, timeZone, whole } from './config/fields.ts';

/** Vendors that a sandbox can stand in for. */
export const VENDORS = ['ibkr', 'alphavantage', 'discord', 'telegram', 'resend', 'stripe'] as const;
export type Vendor = (typeof VENDORS)[number];

/** What the sandbox's seeded market can go through. */
export const SANDBOX_SCENARIOS = [
  'mixed',
  'calm',
  'trend',
  'squeeze',
  'crash',
  'half-day',
  'news-shock',
  'closing-imbalance',
  'feed-freeze',
] as const;

/** One line per variable; `.env.example` documents each, and a test compares the two. */
const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  ROLE: z.enum(['all', 'engine', 'web']).default('all'),
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(1, 65_535).default(3000),
  PUBLIC_URL: address(/^https?$/, 'https://quanticity.example').optional(),
  DATA_DIR: z.string().min(1).default('.data'),
  TAPE_DAYS_KEPT: whole(1, 36_500).optional(),
  DATABASE_URL: address(/^postgres(ql)?$/, 'postgres://user:password@host:5432/database').optional(),
  REDIS_URL: address(/^rediss?$/, 'redis://host:6379').optional(),
  AUTH_SECRET: z.string().min(32, 'expected at least 32 characters').optional(),
  TRUSTED_PROXIES: whole(0, 8).default(0),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  SYMBOLS: z
    .string()
    .regex(/^[A-Z][A-Z0-9.]{0,5}(,[A-Z][A-Z0-9.]{0,5})*$/, 'expected tickers separated by commas, such as SPY,QQQ')
    .optional(),
  IBKR_HOST: z.string().min(1).optional(),
  IBKR_PORT: whole(1, 65_535).default(7497),
  IBKR_CLIENT_ID: whole(0, 2_147_483_647).default(7),
  IBKR_LIVE_TRADING: flag.default(false),
  IBKR_GATEWAY_ZONE: timeZone.default('America/New_York'),
  IBKR_GATEWAY_RESTART: timeOfDay.default('23:45'),
  IBKR_GATEWAY_LOGIN_UTC: timeOfDay.default('12:00'),
  IBKR_MESSAGES_PER_SECOND: whole(5, 49).default(45),
  IBKR_MARKET_DATA_LINES: whole(1, 5_000).default(100),
  IBKR_DEPTH_LINES: whole(0, 60).default(3),
  IBKR_TICK_BY_TICK_LINES: whole(0, 60).default(3),
  ALPHA_VANTAGE_API_KEY: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((key) => key.trim())
        .filter(Boolean),
    ),
  ALPHA_VANTAGE_KEY_FILE: z.string().min(1).optional(),
  ALPHA_VANTAGE_CALLS_PER_MINUTE: whole(5, 100_000).default(600),
  ALPHA_VANTAGE_BACKFILL_SESSIONS: whole(0, 5_000).default(30),
  ...chatFields,
  RESEND_API_KEY: secret.optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^(?:[^<>]+ <[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/,
      'expected an address such as QuantiCity <desk@quanticity.example>',
    )
    .default('QuantiCity <desk@quanticity.example>'),
  BILLING_GRACE_DAYS: whole(0, 30).default(7),
  BILLING_TRIAL_DAYS: whole(0, 90).default(7),
  BILLING_AUTOMATIC_TAX: flag.default(false),
  MAIL_POSTAL_ADDRESS: z.string().min(1).default('1 Example Street, New York, NY 10004'),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^[sr]k_(test|live)_\w+$/, 'expected a secret or restricted key such as sk_live_…')
    .optional(),
  STRIPE_WEBHOOK_SECRETS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.string().startsWith('whsec_', 'expected signing secrets such as whsec_…, separated by commas'))),
  ALLOW_SANDBOX: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.enum(VENDORS))),
  SANDBOX_SPEED: decimal(0.1, 600).default(10),
  SANDBOX_SEED: whole(0, 2_147_483_647).default(1),
  SANDBOX_SCENARIO: z.enum(SANDBOX_SCENARIOS).default('mixed'),
  SANDBOX_RECORDINGS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((path) => path.trim())
        .filter(Boolean),
    ),
  CALENDAR_FILE: z.string().min(1).optional(),
  RISK_FREE_RATE: decimal(-0.05, 0.25).default(0.04),
  DIVIDEND_YIELD: decimal(0, 0.25).default(0.013),
  DIVIDENDS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((payment) => payment.trim())
        .filter(Boolean),
    )
    .pipe(z.array(dividend)),
});

type Environment = z.infer<typeof environment>;
export type Config = Readonly<Environment> & {
  /** Vendors for which no key is configured: spoken to in the sandbox. */
  readonly sandboxed: readonly Vendor[];
};

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Empty variables count as unset, as in a copied `.env.example`. */
const present = (env: Readonly<Record<string, string | undefined>>): Record<string, string> => {
  const taken: Record<string, string> = {};
  for (const name of Object.keys(environment.shape)) {
    const value = env[name]?.trim();
    if (value) taken[name] = value;
  }
  return taken;
};

const sandboxedVendors = (env: Environment): Vendor[] => {
  const missing: Vendor[] = [];
  if (!env.IBKR_HOST) missing.push('ibkr');
  if (env.ALPHA_VANTAGE_API_KEY.length === 0 && !env.ALPHA_VANTAGE_KEY_FILE) missing.push('alphavantage');
  missing.push(...sandboxedChats(env));
  if (!env.RESEND_API_KEY) missing.push('resend');
  if (!env.STRIPE_SECRET_KEY) missing.push('stripe');
  return missing;
};

const acrossVariables = (env: Environment, sandboxed: readonly Vendor[]): string[] => {
  const problems: string[] = [];
  if (env.NODE_ENV === 'production') {
    for (const vendor of sandboxed) {
      if (!env.ALLOW_SANDBOX.includes(vendor))
        problems.push(
          `ALLOW_SANDBOX: ${vendor} has no key, and production refuses the sandbox unless ALLOW_SANDBOX names ${vendor}`,
        );
    }
  }
  if (env.ROLE !== 'all' && !env.DATABASE_URL)
    problems.push(`DATABASE_URL: expected an external PostgreSQL when ROLE is ${env.ROLE}`);
  if (env.ROLE !== 'all' && !env.REDIS_URL)
    problems.push(`REDIS_URL: expected a Redis when ROLE is ${env.ROLE}, so that the machines hear of one another`);
  if (env.NODE_ENV === 'production' && env.ROLE !== 'engine' && !env.AUTH_SECRET)
    problems.push(
      'AUTH_SECRET: expected at least 32 random characters in production: second factors are sealed with it',
    );
  if (env.ROLE === 'web' && !env.AUTH_SECRET)
    problems.push('AUTH_SECRET: expected when ROLE is web, the same on every machine');
  problems.push(...chatProblems(env));
  if (env.RESEND_API_KEY && /\.example\b|Example/.test(`${env.MAIL_FROM} ${env.MAIL_POSTAL_ADDRESS}`))
    problems.push(
      'MAIL_FROM, MAIL_POSTAL_ADDRESS: expected your own when RESEND_API_KEY is set: real mail needs a true sender',
    );
  if (env.STRIPE_WEBHOOK_SECRETS.length > 0 && !env.STRIPE_SECRET_KEY)
    problems.push('STRIPE_SECRET_KEY: expected when STRIPE_WEBHOOK_SECRETS is set: both belong to one account');
  if (
    env.STRIPE_SECRET_KEY?.includes('_test_') &&
    env.NODE_ENV === 'production' &&
    !env.ALLOW_SANDBOX.includes('stripe')
  )
    problems.push(
      'STRIPE_SECRET_KEY: a test key takes no money, and production refuses it unless ALLOW_SANDBOX names stripe',
    );
  if (env.SANDBOX_RECORDINGS.length > 0 && !(sandboxed.includes('ibkr') && sandboxed.includes('alphavantage')))
    problems.push(
      'SANDBOX_RECORDINGS: expected no IBKR_HOST and no ALPHA_VANTAGE_API_KEY, since a recording replaces both',
    );
  return problems;
};

const wording = (issue: z.core.$ZodIssue): string => {
  const message = issue.message
    .replace(/^Invalid (?:input|option): /, '')
    .replaceAll('"', '')
    .replaceAll('|', ', ');
  return `${nameOf(issue)}: ${message}`;
};

const nameOf = (issue: z.core.$ZodIssue): string => String(issue.path[0] ?? 'environment');

/** What else is wrong, judged as if the variables in `bad` were not set. */
const problemsBeside = (given: Readonly<Record<string, string>>, bad: ReadonlySet<string>): string[] => {
  const rest = environment.safeParse(Object.fromEntries(Object.entries(given).filter(([name]) => !bad.has(name))));
  if (!rest.success) return [];
  const problems = acrossVariables(rest.data, sandboxedVendors(rest.data));
  return problems.filter((problem) => ![...bad].some((name) => problem.includes(name)));
};

/** The only reader of the environment. Problems are named by variable and never repeat a value: it may be a secret. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): ConfigResult => {
  const given = present(env);
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const bad = new Set(parsed.error.issues.map(nameOf));
    return { ok: false, problems: [...parsed.error.issues.map(wording), ...problemsBeside(given, bad)] };
  }
  const sandboxed = sandboxedVendors(parsed.data);
  const problems = acrossVariables(parsed.data, sandboxed);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config: Object.freeze({ ...parsed.data, sandboxed }) };
};

export const VARIABLE_NAMES: readonly string[] = Object.keys(environment.shape);
