import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import { entitlementsOf } from '../../billing/plans.ts';
import type { PageFrame } from '../context.ts';
import { Disclaimers } from './disclaimers.tsx';
import { ImpersonationBanner } from './impersonation-banner.tsx';
import { SandboxBanner } from './sandbox-banner.tsx';
import { StandingBanner } from './standing-banner.tsx';

/** htmx runs only what carries this response's nonce, swaps no error page, and keeps the stream of a hidden tab. */
const HTMX_CONFIG = JSON.stringify({
  extensions: 'hx-csp,sse',
  prefix: '',
  history: false,
  mode: 'same-origin',
  noSwap: [204, 304, '4xx', '5xx'],
  sse: { pauseOnBackground: false, reconnectDelay: 500, reconnectMaxDelay: 15_000 },
});

const STYLES = [
  'tokens',
  'base',
  'layout',
  'forms',
  'account',
  'landing',
  'billing',
  'feed',
  'reports',
  'status',
  'admin',
  'members',
];

const NavLink = ({ href, path, children }: { href: string; path: string; children?: Child }) => (
  <a href={href} aria-current={path === href || path.startsWith(`${href}/`) ? 'page' : undefined}>
    {children}
  </a>
);

const Account = ({ frame }: { frame: PageFrame }) => {
  const { member } = frame;
  if (!member)
    return (
      <div class="account">
        <a href="/sign-in">Sign in</a>
        <a class="button button-small" href="/sign-up">
          Create account
        </a>
      </div>
    );
  return (
    <div class="account">
      <span class={`chip chip-${member.tier}`}>{entitlementsOf(member.tier).name}</span>
      <a class="account-email" href="/account" title={member.email}>
        {member.email}
      </a>
      <form method="post" action="/sign-out">
        <button class="button-quiet" type="submit">
          Sign out
        </button>
      </form>
    </div>
  );
};

const Header = ({ frame }: { frame: PageFrame }) => (
  <header class="site-header">
    <a class="brand" href="/">
      <img src={frame.assets.href('icons/mark.svg')} alt="" width="26" height="26" />
      QuantiCity
    </a>
    <nav aria-label="Main">
      {frame.member ? (
        <>
          <NavLink href="/feed" path={frame.path}>
            Feed
          </NavLink>
          <NavLink href="/reports" path={frame.path}>
            Reports
          </NavLink>
        </>
      ) : null}
      {frame.member?.role === 'operator' ? (
        <NavLink href="/admin" path={frame.path}>
          Admin
        </NavLink>
      ) : null}
      <NavLink href="/plans" path={frame.path}>
        Plans
      </NavLink>
      <NavLink href="/status" path={frame.path}>
        Status
      </NavLink>
    </nav>
    <Account frame={frame} />
  </header>
);

export interface PageProps {
  readonly frame: PageFrame;
  readonly title: string;
  /** Files under `public/js`, for pages that need more than htmx. */
  readonly scripts?: readonly string[];
  /** Whether the page holds htmx elements. */
  readonly live?: boolean;
  readonly wide?: boolean;
  readonly children?: Child;
}

const Head = ({ frame, title, live = false, scripts = [] }: PageProps) => (
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="dark light" />
    <meta name="description" content="Short-dated options signals with their stops, targets and reasons." />
    <title>{`${title} · QuantiCity`}</title>
    <link rel="icon" href={frame.assets.href('icons/mark.svg')} type="image/svg+xml" />
    <link rel="manifest" href={frame.assets.href('site.webmanifest')} />
    {STYLES.map((name) => (
      <link rel="stylesheet" href={frame.assets.href(`css/${name}.css`)} />
    ))}
    {live ? <meta name="htmx-config" content={HTMX_CONFIG} /> : null}
    {/* Not deferred: htmx would start before its extensions had loaded, and the feed would stay dead on a first visit. */}
    {live
      ? ['vendor/htmx.min.js', 'vendor/hx-csp.min.js', 'vendor/hx-sse.min.js'].map((path) => (
          <script src={frame.assets.href(path)} nonce={frame.nonce} />
        ))
      : null}
    {scripts.map((path) => (
      <script src={frame.assets.href(path)} nonce={frame.nonce} defer />
    ))}
  </head>
);

export const Page = (props: PageProps) => (
  <html lang="en">
    <Head {...props} />
    <body>
      <a class="skip-link" href="#content">
        Skip to content
      </a>
      <SandboxBanner options={props.frame.options} operator={props.frame.member?.role === 'operator'} />
      <ImpersonationBanner frame={props.frame} />
      <Header frame={props.frame} />
      <StandingBanner frame={props.frame} />
      <main id="content" class={props.wide ? 'wide' : undefined}>
        {props.children}
      </main>
      <Disclaimers />
    </body>
  </html>
);

/** A whole document, ready for `c.html`. */
export const documentOf = (page: Child) => html`<!doctype html>${page}`;
