import { randomBytes } from 'node:crypto';
import { type ApiKeyRow, apiKeysOf, createApiKey, revokeApiKey } from '../../db/queries/api-keys.ts';
import { audit } from '../../db/queries/audit.ts';
import type { Site } from '../context.ts';
import { hashToken } from './token.ts';

export const API_SCOPES = ['signals:read', 'reports:read'] as const;
export type ApiScope = (typeof API_SCOPES)[number];

export const API_KEYS_MAX = 5;
export const KEY_NAME_LENGTH_MAX = 60;

const BEARER = /^Bearer (qc_[\w-]{43})$/i;
const HINT_LENGTH = 8;

/** Of the key in an `Authorization` header; null where there is none. */
export const keyHashOf = (authorization: string | undefined): string | null => {
  const key = BEARER.exec(authorization ?? '')?.[1];
  return key === undefined ? null : hashToken(key);
};

export interface KeyWish {
  readonly userId: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly address: string;
}

/** The key itself, shown this once; null when there are as many as there may be. */
export const issueKey = async (site: Site, wish: KeyWish): Promise<string | null> => {
  const { userId, name, scopes, address } = wish;
  const key = `qc_${randomBytes(32).toString('base64url')}`;
  return site.db.db.transaction(async (tx) => {
    if ((await apiKeysOf(tx, userId)).length >= API_KEYS_MAX) return null;
    const hint = key.slice(0, HINT_LENGTH);
    const { id } = await createApiKey(tx, { userId, name, hint, keyHash: hashToken(key), scopes });
    const after = { id, name, scopes };
    await audit(tx, {
      actor: { kind: 'member', userId },
      action: 'api-key.created',
      userId,
      after,
      cause: 'asked',
      address,
    });
    return key;
  });
};

/** Null for a key that is nobody's, somebody else's or revoked already. */
export const revokeKey = (site: Site, userId: string, id: string, address: string): Promise<ApiKeyRow | null> =>
  site.db.db.transaction(async (tx) => {
    const row = await revokeApiKey(tx, userId, id);
    if (!row) return null;
    const before = { id, name: row.name };
    await audit(tx, {
      actor: { kind: 'member', userId },
      action: 'api-key.revoked',
      userId,
      before,
      cause: 'asked',
      address,
    });
    return row;
  });
