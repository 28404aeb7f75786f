import { expect, test } from 'bun:test';
import { mkdtempSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../support/server.ts';

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
