import { type SQL, sql } from 'drizzle-orm';

/** Milliseconds since 1970 of a timestamp in hand-written SQL, whose text JavaScript does not read as it stands. */
export const msOf = (timestamp: SQL): SQL => sql`(extract(epoch from ${timestamp}) * 1000)::float8`;
