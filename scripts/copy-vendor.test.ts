import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { VENDOR_FILES, vendorCopy, vendorSource } from './copy-vendor.ts';

test("the browser's libraries are the packages' own files, byte for byte, and nothing else lies beside them", () => {
  expect(readdirSync(vendorCopy('')).sort()).toEqual(Object.keys(VENDOR_FILES).sort());
  for (const [name, path] of Object.entries(VENDOR_FILES)) {
    const source = readFileSync(vendorSource(path));
    expect(source.byteLength).toBeGreaterThan(1_000);
    expect(readFileSync(vendorCopy(name)).equals(source), `${name}: run \`bun scripts/copy-vendor.ts\``).toBe(true);
  }
});
