import type { PropsWithChildren } from 'hono/jsx';
import type { Person } from '../guild/world.ts';

export const nameOf = ({ globalName, username }: Person): string => globalName ?? username;

export const Page = ({ title, children }: PropsWithChildren<{ readonly title: string }>) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>{`${title} · Simulated Discord`}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/client/page.css" />
    </head>
    <body>
      <header>
        <p class="banner">
          <strong>Simulated Discord.</strong> Nothing here leaves this machine.
        </p>
      </header>
      <main>
        <h1>{title}</h1>
        {children}
      </main>
    </body>
  </html>
);

interface WhoProps {
  readonly people: readonly Person[];
  readonly chosen: string | null;
}

export const Who = ({ people, chosen }: WhoProps) => (
  <fieldset>
    <legend>Who are you?</legend>
    {people.map((person, at) => (
      <label>
        <input
          type="radio"
          name="person"
          value={person.id}
          checked={chosen === null ? at === 0 : chosen === person.id}
          required
        />
        {nameOf(person)} <span class="soft">@{person.username}</span>
      </label>
    ))}
  </fieldset>
);
