import type { PropsWithChildren } from 'hono/jsx';
import { Document } from '../../hosted/document.tsx';
import type { Person } from '../world/people.ts';

interface PageProps {
  readonly title: string;
  /** Whose client this is; null before that is chosen. */
  readonly person: Person | null;
}

export const Page = ({ title, person, children }: PropsWithChildren<PageProps>) => (
  <Document title={title} vendor="Telegram" style="/client/page.css">
    <header>
      <p class="banner">
        <strong>Simulated Telegram.</strong> Nothing here leaves this machine.
      </p>
      {person === null ? null : (
        <nav aria-label="Client">
          <a href="/client">Chats</a>
          <span>
            You are <strong>{person.firstName}</strong> · <a href="/client/who">Change</a>
          </span>
        </nav>
      )}
    </header>
    <main>{children}</main>
  </Document>
);

/** One act as a form of one button. */
export const ActButton = ({
  action,
  fields = {},
  quiet = false,
  children,
}: PropsWithChildren<{ action: string; fields?: Readonly<Record<string, string>>; quiet?: boolean }>) => (
  <form method="post" action={action}>
    {Object.entries(fields).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
    <button type="submit" class={quiet ? 'quiet' : undefined}>
      {children}
    </button>
  </form>
);
