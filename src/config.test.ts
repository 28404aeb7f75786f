import { describe, expect, test } from 'bun:test';
import { readConfig, VARIABLE_NAMES, VENDORS } from './config.ts';

const problemsOf = (env: Readonly<Record<string, string>>): readonly string[] => {
  const result = readConfig(env);
  return result.ok ? [] : result.problems;
};

const configOf = (env: Readonly<Record<string, string>>) => {
  const result = readConfig(env);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.config;
};

const WEBHOOK = 'https://discord.com/api/webhooks';
const KEYS = {
  IBKR_HOST: '127.0.0.1',
  ALPHA_VANTAGE_API_KEY: 'key-of-nobody',
  DISCORD_WEBHOOK_PREMIUM: `${WEBHOOK}/1/a`,
  DISCORD_WEBHOOK_BASIC: `${WEBHOOK}/2/b`,
  DISCORD_WEBHOOK_FREE: `${WEBHOOK}/3/c`,
  TELEGRAM_BOT_TOKEN: '1:token-of-nobody-at-all-000',
  TELEGRAM_CHAT_PREMIUM: '-100001',
  TELEGRAM_CHAT_BASIC: '-100002',
  TELEGRAM_CHAT_FREE: '@nobody_here',
  RESEND_API_KEY: 're_nobody',
  STRIPE_SECRET_KEY: 'sk_live_nobody',
  STRIPE_WEBHOOK_SECRETS: 'whsec_nobody',
  MAIL_FROM: 'Desk <desk@quanticity.test>',
  MAIL_POSTAL_ADDRESS: '1 Main Street, Springfield',
  AUTH_SECRET: 'thirty-two characters of no importance',
};

describe('the configuration', () => {
  test('needs nothing: every vendor is then the sandbox, on loopback', () => {
    const config = configOf({});
    expect(config).toMatchObject({ NODE_ENV: 'development', ROLE: 'all', HOST: '127.0.0.1', PORT: 3000 });
    expect(config.sandboxed).toEqual([...VENDORS]);
    expect(config.DATABASE_URL).toBeUndefined();
    expect(config.IBKR_LIVE_TRADING).toBe(false);
  });

  test('takes an empty variable for an unset one, as in a copied .env.example', () => {
    const empty = Object.fromEntries(VARIABLE_NAMES.map((name) => [name, '  ']));
    expect(Object.keys(empty).length).toBeGreaterThan(10);
    expect(configOf(empty)).toEqual(configOf({}));
  });

  test('lists every problem at once, each under the name of its variable', () => {
    const problems = problemsOf({
      PORT: '70000',
      ROLE: 'queen',
      LOG_LEVEL: 'loud',
      SYMBOLS: 'spy',
      DATABASE_URL: 'mysql://db',
      SANDBOX_SPEED: 'fast',
      IBKR_LIVE_TRADING: 'perhaps',
      IBKR_GATEWAY_ZONE: 'Europe/Sion',
      IBKR_GATEWAY_RESTART: '24:00',
      IBKR_GATEWAY_LOGIN_UTC: '5:00',
      ALLOW_SANDBOX: 'ibkr,stripes',
    });
    const names = problems.map((problem) => problem.split(':')[0]);
    expect(new Set(names)).toEqual(
      new Set([
        'ALLOW_SANDBOX',
        'DATABASE_URL',
        'IBKR_GATEWAY_LOGIN_UTC',
        'IBKR_GATEWAY_RESTART',
        'IBKR_GATEWAY_ZONE',
        'IBKR_LIVE_TRADING',
        'LOG_LEVEL',
        'PORT',
        'ROLE',
        'SANDBOX_SPEED',
        'SYMBOLS',
      ]),
    );
    for (const problem of problems) expect(problem).toMatch(/^[A-Z_]+: \S/);
  });

  test('names problems between variables together with those inside of them', () => {
    const problems = problemsOf({ ROLE: 'web', PORT: 'none', DISCORD_WEBHOOK_FREE: `${WEBHOOK}/3/c` }).join('\n');
    for (const name of ['PORT:', 'DATABASE_URL:', 'REDIS_URL:', 'DISCORD_WEBHOOK_PREMIUM'])
      expect(problems).toContain(name);
  });

  test('never repeats a value: it may be a secret', () => {
    const secret = 'hunter2-of-the-database';
    const wrong = Object.fromEntries(VARIABLE_NAMES.map((name) => [name, `${secret}:${name}`]));
    const problems = problemsOf(wrong);
    expect(problems.length).toBeGreaterThan(8);
    expect(problems.join('\n')).not.toContain(secret);
    expect(problemsOf({ ...KEYS, DISCORD_WEBHOOK_FREE: KEYS.DISCORD_WEBHOOK_BASIC }).join()).not.toContain(WEBHOOK);
  });

  test('makes real the vendors whose keys are there, and no other', () => {
    expect(configOf(KEYS).sandboxed).toEqual([]);
    const { IBKR_HOST: _, ...withoutBroker } = KEYS;
    expect(configOf(withoutBroker).sandboxed).toEqual(['ibkr']);
  });

  test('asks for a secret of its own where it must be the same tomorrow or on another machine', () => {
    const machines = { DATABASE_URL: 'postgres://u@db/q', REDIS_URL: 'redis://r' };
    expect(problemsOf({ ...KEYS, NODE_ENV: 'production', AUTH_SECRET: '' })).toEqual([
      expect.stringContaining('AUTH_SECRET'),
    ]);
    expect(problemsOf({ ...machines, ROLE: 'web' })).toEqual([expect.stringContaining('AUTH_SECRET')]);
    expect(problemsOf({ ...machines, ROLE: 'engine' })).toEqual([]);
    const problems = problemsOf({ AUTH_SECRET: 'too short a secret' });
    expect(problems).toEqual([expect.stringContaining('AUTH_SECRET')]);
    expect(problems.join()).not.toContain('too short a secret');
  });

  test('refuses the sandbox in production unless it is named, vendor by vendor', () => {
    const production = { ...KEYS, NODE_ENV: 'production', IBKR_HOST: '', ALPHA_VANTAGE_API_KEY: '' };
    expect(problemsOf(production).map((problem) => problem.split(' ')[1])).toEqual(['ibkr', 'alphavantage']);
    expect(problemsOf({ ...production, ALLOW_SANDBOX: 'ibkr' })).toHaveLength(1);
    expect(problemsOf({ ...production, ALLOW_SANDBOX: 'ibkr, alphavantage' })).toEqual([]);
  });

  test('refuses to send real mail from nowhere', () => {
    expect(problemsOf({ ...KEYS, MAIL_FROM: '' }).join()).toContain('MAIL_FROM');
    expect(problemsOf({ ...KEYS, MAIL_POSTAL_ADDRESS: '' }).join()).toContain('MAIL_POSTAL_ADDRESS');
    expect(problemsOf({ MAIL_FROM: 'nobody' }).join()).toContain('MAIL_FROM');
  });

  test('takes Stripe’s key and the signing secrets that belong to it, several while one is rolled', () => {
    expect(configOf({ ...KEYS, STRIPE_WEBHOOK_SECRETS: 'whsec_new, whsec_old' }).STRIPE_WEBHOOK_SECRETS).toEqual([
      'whsec_new',
      'whsec_old',
    ]);
    expect(problemsOf({ STRIPE_WEBHOOK_SECRETS: 'whsec_new' }).join()).toContain('STRIPE_SECRET_KEY');
    expect(problemsOf({ ...KEYS, STRIPE_WEBHOOK_SECRETS: 'secret' }).join()).toContain('STRIPE_WEBHOOK_SECRETS');
    expect(problemsOf({ ...KEYS, STRIPE_SECRET_KEY: 'pk_live_public' }).join()).toContain('STRIPE_SECRET_KEY');
  });

  test('takes no test key of Stripe’s in production, where it would sell for nothing', () => {
    const production = { ...KEYS, NODE_ENV: 'production', STRIPE_SECRET_KEY: 'sk_test_key' };
    expect(problemsOf(production)).toEqual([expect.stringContaining('STRIPE_SECRET_KEY')]);
    expect(problemsOf({ ...production, ALLOW_SANDBOX: 'stripe' })).toEqual([]);
    expect(problemsOf({ ...production, NODE_ENV: 'development' })).toEqual([]);
  });

  test('refuses one webhook for two tiers, and a tier without one', () => {
    const same = { ...KEYS, DISCORD_WEBHOOK_FREE: KEYS.DISCORD_WEBHOOK_PREMIUM };
    expect(problemsOf(same).join()).toContain('different');
    expect(problemsOf({ ...KEYS, DISCORD_WEBHOOK_BASIC: '' }).join()).toContain('all three');
  });

  test('takes the keys of each chat together or not at all, and no room twice', () => {
    const roles = {
      DISCORD_BOT_TOKEN: 'bot-of-nobody',
      DISCORD_CLIENT_ID: '100000000000000001',
      DISCORD_CLIENT_SECRET: 'secret-of-nobody',
      DISCORD_GUILD_ID: '100000000000000002',
      DISCORD_ROLE_PREMIUM: '100000000000000003',
      DISCORD_ROLE_BASIC: '100000000000000004',
    };
    expect(configOf({ ...KEYS, ...roles }).sandboxed).toEqual([]);
    for (const name of Object.keys(roles)) expect(problemsOf({ ...KEYS, ...roles, [name]: '' }).join()).toContain(name);
    expect(problemsOf(roles).join()).toContain('DISCORD_WEBHOOK_PREMIUM');
    expect(problemsOf({ ...KEYS, ...roles, DISCORD_ROLE_BASIC: roles.DISCORD_ROLE_PREMIUM }).join()).toContain(
      'two different',
    );
    expect(problemsOf({ ...KEYS, TELEGRAM_CHAT_FREE: '' }).join()).toContain('TELEGRAM_CHAT_FREE');
    expect(problemsOf({ ...KEYS, TELEGRAM_CHAT_BASIC: KEYS.TELEGRAM_CHAT_PREMIUM }).join()).toContain(
      'three different',
    );
    expect(problemsOf({ ...KEYS, TELEGRAM_CHAT_PREMIUM: '@public' }).join()).toContain('TELEGRAM_CHAT_PREMIUM');
  });

  test('refuses a recording beside a real vendor, which it would be mixed with', () => {
    expect(problemsOf({ SANDBOX_RECORDINGS: 'a.csv', IBKR_HOST: 'gateway' }).join()).toContain('SANDBOX_RECORDINGS');
    expect(configOf({ SANDBOX_RECORDINGS: 'a.csv, b.csv' }).SANDBOX_RECORDINGS).toEqual(['a.csv', 'b.csv']);
  });

  test('reads what it is given alone, and cannot be changed afterwards', () => {
    const config = configOf({ PORT: '8080', UNKNOWN_VARIABLE: 'x' });
    expect(config.PORT).toBe(8080);
    expect('UNKNOWN_VARIABLE' in config).toBe(false);
    expect(Object.isFrozen(config)).toBe(true);
  });
});
