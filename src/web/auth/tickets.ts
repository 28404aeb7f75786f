import { hashToken, isToken, newToken } from './token.ts';

/** Short-lived cookies that tie a form to the browser which began it, before anybody is signed in. */
export interface Ticket {
  /** Hash of the ticket that the request brought; null without one. */
  read(cookieHeader: string | undefined): string | null;
  /** A new one: its hash for the database, its cookie for the browser. */
  issue(): { readonly hash: string; readonly cookie: string };
  /** The cookie that takes it back. */
  readonly cleared: string;
}

export const createTicket = (
  purpose: string,
  options: { readonly secure: boolean; readonly lifeSeconds: number },
): Ticket => {
  const { secure, lifeSeconds } = options;
  const name = `${secure ? '__Host-' : ''}quanticity-${purpose}`;
  const cookie = (value: string, maxAge: number): string =>
    `${name}=${value}; Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    read(cookieHeader) {
      const values = (cookieHeader ?? '')
        .split(';')
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(`${name}=`))
        .map((pair) => pair.slice(name.length + 1));
      const token = values.find(isToken);
      return token === undefined ? null : hashToken(token);
    },
    issue() {
      const token = newToken();
      return { hash: hashToken(token), cookie: cookie(token, lifeSeconds) };
    },
    cleared: cookie('', 0),
  };
};
