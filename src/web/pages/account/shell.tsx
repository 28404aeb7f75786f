import type { Child } from 'hono/jsx';
import type { PageFrame } from '../../context.ts';
import { Problem } from '../../layout/field.tsx';
import { Page } from '../../layout/layout.tsx';

/** `also`: pages that belong to one of the places, and have none of their own. */
const PLACES: readonly { readonly href: string; readonly name: string; readonly also?: readonly string[] }[] = [
  { href: '/account', name: 'Profile', also: ['/account/email'] },
  { href: '/account/security', name: 'Security', also: ['/account/password', '/account/second-factor'] },
  { href: '/account/sessions', name: 'Sessions' },
  { href: '/account/billing', name: 'Billing' },
  { href: '/account/chats', name: 'Chats' },
  { href: '/account/api', name: 'API' },
  { href: '/account/data', name: 'Your data' },
];

const isHere = (href: string, also: readonly string[], path: string): boolean =>
  path === href ||
  [...(href === '/account' ? [] : [href]), ...also].some((place) => `${path}/`.startsWith(`${place}/`));

export interface AccountShellProps {
  readonly frame: PageFrame;
  readonly title: string;
  readonly problem?: string | null;
  readonly notice?: string | null;
  /** Whether the page holds htmx elements. */
  readonly live?: boolean;
  readonly children?: Child;
}

/** Every page about one's own account: where one is, and what has just been done. */
export const AccountShell = ({ frame, title, problem = null, notice = null, live, children }: AccountShellProps) => (
  <Page frame={frame} title={title} live={live ?? false}>
    <div class="account-page">
      <nav class="account-nav" aria-label="Account">
        <ul>
          {PLACES.map(({ href, name, also = [] }) => (
            <li>
              <a href={href} aria-current={isHere(href, also, frame.path) ? 'page' : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="account-content">
        <h1>{title}</h1>
        <Problem text={problem} />
        {notice === null ? null : (
          <p class="notice" role="status">
            {notice}
          </p>
        )}
        {children}
      </div>
    </div>
  </Page>
);
