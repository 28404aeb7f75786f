import { z } from 'zod';

/** Vendors that a sandbox can stand in for. */
export const VENDORS = ['ibkr', 'alphavantage', 'discord'] as const;
export type Vendor = (typeof VENDORS)[number];

const flag = z.stringbool();
const secret = z.string().min(1);

/** One line per variable; `.env.example` documents each, and a test compares the two. */
const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  ROLE: z.enum(['all', 'engine', 'web']).default('all'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  PUBLIC_URL: z.url().optional(),
  DATA_DIR: z.string().min(1).default('.data'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  SYMBOLS: z
    .string()
    .regex(/^[A-Z.]{1,6}(,[A-Z.]{1,6})*$/, 'expected tickers separated by commas, such as SPY,QQQ')
    .optional(),
  IBKR_HOST: z.string().min(1).optional(),
  IBKR_PORT: z.coerce.number().int().min(1).max(65_535).default(7497),
  IBKR_CLIENT_ID: z.coerce.number().int().min(0).max(2_147_483_647).default(7),
  IBKR_LIVE_TRADING: flag.default(false),
  ALPHA_VANTAGE_API_KEY: secret.optional(),
  DISCORD_WEBHOOK_PREMIUM: z.url({ protocol: /^https$/ }).optional(),
  DISCORD_WEBHOOK_BASIC: z.url({ protocol: /^https$/ }).optional(),
  DISCORD_WEBHOOK_FREE: z.url({ protocol: /^https$/ }).optional(),
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
  SANDBOX_SPEED: z.coerce.number().min(0.1).max(600).default(1),
  SANDBOX_SEED: z.coerce.number().int().min(0).max(2_147_483_647).default(1),
  SANDBOX_RECORDINGS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((path) => path.trim())
        .filter(Boolean),
    ),
  RISK_FREE_RATE: z.coerce.number().min(-0.05).max(0.25).default(0.04),
  DIVIDEND_YIELD: z.coerce.number().min(0).max(0.25).default(0.013),
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
  if (!env.ALPHA_VANTAGE_API_KEY) missing.push('alphavantage');
  if (!env.DISCORD_WEBHOOK_PREMIUM) missing.push('discord');
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
  const webhooks = [env.DISCORD_WEBHOOK_PREMIUM, env.DISCORD_WEBHOOK_BASIC, env.DISCORD_WEBHOOK_FREE];
  if (webhooks.some(Boolean) && !webhooks.every(Boolean))
    problems.push('DISCORD_WEBHOOK_PREMIUM, DISCORD_WEBHOOK_BASIC, DISCORD_WEBHOOK_FREE: expected all three or none');
  if (new Set(webhooks.filter(Boolean)).size < webhooks.filter(Boolean).length)
    problems.push('DISCORD_WEBHOOK_*: expected three different channels, or a lower tier would read a higher one');
  if (env.SANDBOX_RECORDINGS.length > 0 && !(sandboxed.includes('ibkr') && sandboxed.includes('alphavantage')))
    problems.push(
      'SANDBOX_RECORDINGS: expected no IBKR_HOST and no ALPHA_VANTAGE_API_KEY, since a recording replaces both',
    );
  return problems;
};

const wording = (issue: z.core.$ZodIssue): string => {
  const name = String(issue.path[0] ?? 'environment');
  return `${name}: ${issue.message.replace(/^Invalid input: /, '')}`;
};

/** The only reader of the environment. Problems are named by variable and never repeat a value: it may be a secret. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): ConfigResult => {
  const parsed = environment.safeParse(present(env));
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map(wording) };
  const sandboxed = sandboxedVendors(parsed.data);
  const problems = acrossVariables(parsed.data, sandboxed);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config: Object.freeze({ ...parsed.data, sandboxed }) };
};

export const VARIABLE_NAMES: readonly string[] = Object.keys(environment.shape);
