import { randomBytes } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { WebEnv } from './context.ts';

/** Directives of the policy, in one table; `nonce` admits our own script elements and htmx attributes, nothing else. */
const policy = (nonce: string, formTargets: readonly string[]): string =>
  Object.entries({
    'default-src': "'self'",
    'script-src': `'nonce-${nonce}'`,
    'style-src': "'self'",
    'img-src': "'self' data:",
    'connect-src': "'self'",
    'object-src': "'none'",
    'base-uri': "'none'",
    'frame-ancestors': "'none'",
    // Browsers hold a form's redirect to this too, and paying begins with one.
    'form-action': ["'self'", ...formTargets].join(' '),
    'require-trusted-types-for': "'script'",
    'trusted-types': 'htmx',
  })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');

const FIXED: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Two years, as the preload lists ask. */
const HSTS = 'max-age=63072000; includeSubDomains';

/** Headers are set on the response in place: rebuilding it would detach a running stream. */
export const securityHeaders =
  (options: { readonly secure: boolean; readonly formTargets: readonly string[] }): MiddlewareHandler<WebEnv> =>
  async (c, next) => {
    const nonce = randomBytes(16).toString('base64url');
    c.set('nonce', nonce);
    await next();
    const { headers } = c.res;
    headers.set('Content-Security-Policy', policy(nonce, options.formTargets));
    for (const [name, value] of Object.entries(FIXED)) headers.set(name, value);
    if (options.secure) headers.set('Strict-Transport-Security', HSTS);
    // Whoever is signed in is named on every page, public ones too.
    if (!headers.has('Cache-Control')) headers.set('Cache-Control', c.var.member ? 'private, no-store' : 'no-cache');
  };
