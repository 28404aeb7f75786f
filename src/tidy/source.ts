import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { type Import, importsOf } from './imports.ts';

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export const sourceFile = (path: string, text: string): SourceFile => ({ path, text, imports: importsOf(text) });

export const isTest = (path: string): boolean => /\.(test|e2e)\.tsx?$/.test(path);

/** TypeScript files of the given folders. */
export const readSources = (root: string, folders: readonly string[]): readonly SourceFile[] =>
  folders
    .flatMap((folder) => [...new Bun.Glob(`${folder}/**/*.{ts,tsx}`).scanSync({ cwd: root })])
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => sourceFile(path, readFileSync(posix.join(root, path), 'utf8')));

/** The file that a relative import names; undefined for packages. */
export const targetOf = (from: string, specifier: string): string | undefined =>
  specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(from), specifier)) : undefined;

/** The package's name: `drizzle-orm` of `drizzle-orm/pg-core`. Undefined for files, and for Bun's and Node's own. */
export const packageOf = (specifier: string): string | undefined => {
  if (specifier.startsWith('.') || /^(bun|node)(:|$)/.test(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
};
