import type { PropsWithChildren } from 'hono/jsx';
import { Document } from '../../hosted/document.tsx';
import type { Person } from '../guild/world.ts';

export const nameOf = ({ globalName, username }: Person): string => globalName ?? username;

export const Page = ({ title, children }: PropsWithChildren<{ readonly title: string }>) => (
  <Document title={title} vendor="Discord" style="/client/page.css">
    <header>
      <p class="banner">
        <strong>Simulated Discord.</strong> Nothing here leaves this machine.
      </p>
    </header>
    <main>
      <h1>{title}</h1>
      {children}
    </main>
  </Document>
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
