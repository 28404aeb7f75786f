import type { User } from '../types.ts';

export interface Person {
  readonly id: number;
  readonly firstName: string;
  readonly username: string | null;
}

/** Ids are wider than 32 bits, as many of today's are. */
export const PEOPLE: readonly Person[] = [
  { id: 5_100_000_101, firstName: 'Robin', username: 'robin_sandbox' },
  { id: 5_100_000_102, firstName: 'Kim', username: 'kim_sandbox' },
  { id: 5_100_000_103, firstName: 'Alex', username: null },
  { id: 5_100_000_104, firstName: 'Sam', username: 'sam_sandbox' },
];

export const BOT: User = {
  id: 7_200_000_001,
  is_bot: true,
  first_name: 'QuantiCity (sandbox)',
  username: 'quanticity_sandbox_bot',
};

/** Made the rooms and the bot; nobody's client, and never among the members that are listed. */
export const OWNER: User = { id: 5_100_000_001, is_bot: false, first_name: 'Owner', language_code: 'en' };

export const userOf = ({ id, firstName, username }: Person): User => ({
  id,
  is_bot: false,
  first_name: firstName,
  ...(username === null ? {} : { username }),
  language_code: 'en',
});

export const personOf = (id: number): Person | null => PEOPLE.find((person) => person.id === id) ?? null;
