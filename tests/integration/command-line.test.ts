import { expect, test } from 'bun:test';
import { mkdtempSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { auditOfUser } from '../../src/db/queries/audit.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { createApp } from '../../src/web/app.ts';
import { createTestDatabase } from '../support/database.ts';
import { PROJECT_ROOT } from '../support/server.ts';
import { addMember, createVisitor, PASSWORD, signedIn, siteDeps } from '../support/site.ts';

/** What a shell script and npm need, without Bun. */
const PROGRAMS = ['sh', 'node', 'npm', 'env', 'dirname', 'cat', 'cksum', 'uname', 'tr', 'mkdir', 'ln', 'chmod', 'git'];

test('the operator’s command line runs on a machine that has no Bun on its PATH', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'quanticity-path-'));
  for (const name of PROGRAMS) {
    const found = Bun.which(name);
    if (found) symlinkSync(found, join(folder, name));
  }
  expect(readlinkSync(join(folder, 'npm'))).toContain('npm');
  expect(Bun.which('bun', { PATH: folder })).toBeNull();
  const child = Bun.spawn([join(folder, 'npm'), 'run', '-s', 'quanticity', '--', 'kill', '--help'], {
    cwd: PROJECT_ROOT,
    env: { PATH: folder, HOME: process.env['HOME'] ?? '/' },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [text, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  expect({ code: await child.exited, errors }).toMatchObject({ code: 0 });
  expect(text).toContain('block new risk');
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

test('a lost second factor is turned off from the command line, on record, and every session ends', async () => {
  const database = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'quanticity-cli-'));
  try {
    const email = 'locked-out@example.com';
    const id = await addMember(database.db, { email, role: 'operator' });
    const app = createApp(siteDeps(database));
    await signedIn(app, email);
    const run = async (...words: string[]) => {
      const child = Bun.spawn([process.execPath, '--no-env-file', 'src/cli.ts', 'user', 'change', ...words], {
        cwd: PROJECT_ROOT,
        env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: database.url, DATA_DIR: folder },
        stdout: 'pipe',
        stderr: 'pipe',
      });
      const said = await new Response(child.stderr).text();
      return { code: await child.exited, said };
    };
    expect(await run(email)).toMatchObject({ code: 1, said: expect.stringContaining('--drop-second-factor') });
    expect(await run(email, '--drop-second-factor')).toMatchObject({ code: 0 });
    expect(await database.db.select().from(sessions).where(eq(sessions.userId, id))).toHaveLength(0);
    expect((await auditOfUser(database.db, id))[0]?.action).toBe('second-factor.removed');
    const visitor = createVisitor(app);
    await visitor.post('/sign-in', { email, password: PASSWORD });
    expect((await visitor.get('/admin')).headers.get('Location')).toBe('/account/second-factor');
  } finally {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
