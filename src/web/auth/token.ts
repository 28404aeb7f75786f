import { createHash, randomBytes } from 'node:crypto';

const TOKEN_FORM = /^[\w-]{43}$/;

/** 256 random bits, base64url without padding: 43 characters. */
export const newToken = (): string => randomBytes(32).toString('base64url');

export const isToken = (text: string): boolean => TOKEN_FORM.test(text);

/** What the database and the stream hub know a session by: hex SHA-256 of its token. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');
