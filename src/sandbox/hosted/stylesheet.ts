import { readFileSync } from 'node:fs';

const BASE = readFileSync(new URL('base.css', import.meta.url), 'utf8');

/** What every simulated vendor's pages look like, and after it what one vendor's do; colours are the vendor's own. */
export const stylesheet = (own: URL): string => `${BASE}\n${readFileSync(own, 'utf8')}`;
