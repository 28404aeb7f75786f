/** Copies the browser's libraries out of their packages into `public/vendor`. Run it after an update of htmx. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** File under `public/vendor` → file in `node_modules`. */
export const VENDOR_FILES: Readonly<Record<string, string>> = {
  'htmx.min.js': 'htmx.org/dist/htmx.min.js',
  'hx-csp.min.js': 'htmx.org/dist/ext/hx-csp.min.js',
  'hx-sse.min.js': 'htmx.org/dist/ext/hx-sse.min.js',
};

const root = fileURLToPath(new URL('..', import.meta.url));
export const vendorCopy = (name: string): string => `${root}public/vendor/${name}`;
export const vendorSource = (path: string): string => `${root}node_modules/${path}`;

if (import.meta.main) {
  mkdirSync(`${root}public/vendor`, { recursive: true });
  for (const [name, path] of Object.entries(VENDOR_FILES)) copyFileSync(vendorSource(path), vendorCopy(name));
}
