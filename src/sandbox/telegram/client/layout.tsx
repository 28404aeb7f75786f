import type { PropsWithChildren } from 'hono/jsx';
import type { Person } from '../world/people.ts';

interface PageProps {
  readonly title: string;
  /** Whose client this is; null before that is chosen. */
  readonly person: Person | null;
}

export const Page = ({ title, person, children }: PropsWithChildren<PageProps>) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>{`${title} · Simulated Telegram`}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/client/page.css" />
    </head>
    <body>
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
    </body>
  </html>
);

/** What a client would not do, told at once to whoever listens to the page. */
export const Problem = ({ text }: { text: string | null }) =>
  text === null ? null : (
    <p class="problem" role="alert">
      {text}
    </p>
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
