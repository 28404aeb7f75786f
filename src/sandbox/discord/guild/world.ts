import { randomBytes } from 'node:crypto';
import { createSnowflakes } from '../snowflakes.ts';

export interface Person {
  readonly id: string;
  readonly username: string;
  readonly globalName: string | null;
}

export const ROOMS = ['premium', 'basic'] as const;
export type RoomName = (typeof ROOMS)[number];

export interface Member {
  readonly joinedAtMs: number;
  readonly roles: Set<string>;
}

export interface Grant {
  readonly personId: string;
  readonly scopes: readonly string[];
}

interface Code extends Grant {
  readonly redirectUri: string;
  readonly endsAtMs: number;
}

/** Of a code that a browser brings back. */
const CODE_LIFE_MS = 60_000;

/** Fixed, so that whoever was linked is found again after a restart. */
export const PEOPLE: readonly Person[] = [
  { id: '900000000000000101', username: 'robin.sandbox', globalName: 'Robin' },
  { id: '900000000000000102', username: 'kim.sandbox', globalName: 'Kim' },
  { id: '900000000000000103', username: 'alex.sandbox', globalName: null },
  { id: '900000000000000104', username: 'sam.sandbox', globalName: 'Sam' },
];

export const BOT: Person = { id: '900000000000000001', username: 'quanticity-sandbox', globalName: null };

const secret = (): string => randomBytes(32).toString('base64url');

/** One server, one application with a bot on it, two roles below the bot's own, and some people. */
export class World {
  readonly guildId = '900000000000000010';
  readonly clientId = BOT.id;
  readonly clientSecret: string;
  readonly botToken: string;
  readonly botRoleId = '900000000000000020';
  readonly roles: Readonly<Record<RoomName, string>> = { premium: '900000000000000021', basic: '900000000000000022' };
  readonly members = new Map<string, Member>();
  readonly nextId = createSnowflakes();
  hasRights = true;
  readonly #codes = new Map<string, Code>();
  readonly #tokens = new Map<string, Grant>();
  readonly #refreshes = new Map<string, string>();

  /** Secrets of another run, for whoever knows them from there. */
  constructor(kept: { readonly clientSecret: string; readonly botToken: string } | null = null) {
    this.clientSecret = kept?.clientSecret ?? secret();
    this.botToken = kept?.botToken ?? secret();
  }

  join(personId: string): Member {
    const there = this.members.get(personId);
    if (there) return there;
    const member = { joinedAtMs: Date.now(), roles: new Set<string>() };
    this.members.set(personId, member);
    return member;
  }

  /** What the person's browser brings back after a yes. */
  grantCode(grant: Grant & { readonly redirectUri: string }): string {
    const code = randomBytes(20).toString('base64url');
    this.#codes.set(code, { ...grant, endsAtMs: Date.now() + CODE_LIFE_MS });
    return code;
  }

  /** Works once, for the address it was made for. */
  takeCode(code: string, redirectUri: string): Grant | null {
    const found = this.#codes.get(code);
    this.#codes.delete(code);
    return found && found.redirectUri === redirectUri && found.endsAtMs > Date.now() ? found : null;
  }

  issueTokens({ personId, scopes }: Grant): { readonly access: string; readonly refresh: string } {
    const [access, refresh] = [secret(), secret()];
    this.#tokens.set(access, { personId, scopes });
    this.#refreshes.set(refresh, access);
    return { access, refresh };
  }

  grantOf(accessToken: string): Grant | null {
    return this.#tokens.get(accessToken) ?? null;
  }

  /** The grant behind a refresh token, whose tokens end with this. */
  takeRefresh(refresh: string): Grant | null {
    const access = this.#refreshes.get(refresh);
    if (access === undefined) return null;
    const grant = this.grantOf(access);
    this.revoke(refresh);
    return grant;
  }

  /** Ends an access token or a refresh token, and the other with it. */
  revoke(token: string): void {
    for (const [refresh, access] of this.#refreshes)
      if (refresh === token || access === token) {
        this.#refreshes.delete(refresh);
        this.#tokens.delete(access);
      }
  }

  tokensAlive(): number {
    return this.#tokens.size;
  }
}
