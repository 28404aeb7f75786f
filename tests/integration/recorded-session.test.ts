import { expect, test } from 'bun:test';
import type { EngineView } from '../../src/engine/index.ts';
import { createTestDatabase } from '../support/database.ts';
import {
  CBOE_SPX,
  directGex,
  directVpin,
  LOBSTER_AMZN,
  lobsterPrints,
  REAL_FILES_PRESENT,
} from '../support/recorded-files.ts';
import { demo, PROJECT_ROOT, startServer, until } from '../support/server.ts';

const symbol = (view: EngineView, name: string) => {
  const found = view.symbols.find((candidate) => candidate.symbol === name);
  if (!found)
    throw new Error(`the view holds no ${name}, only ${view.symbols.map((other) => other.symbol).join(', ')}`);
  return found;
};

const quanticity = async (
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; text: string }> => {
  const child = Bun.spawn([process.execPath, '--no-env-file', 'src/cli.ts', ...args], {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const text = await new Response(child.stdout).text();
  return { code: await child.exited, text };
};

test.skipIf(!REAL_FILES_PRESENT)(
  'the recorded AMZN tape and SPX chain at 60×: VPIN and GEX equal those of the files, and the replay ends in the same state (needs ../shared/data)',
  async () => {
    const prints = lobsterPrints(LOBSTER_AMZN);
    const direct = directGex(CBOE_SPX);
    expect(prints.length).toBe(8_974 + 2_445);
    expect(direct.spot).toBe(4479.0898);
    expect(direct.contracts).toBe(9_501 * 2);
    const database = await createTestDatabase();
    const server = await startServer({
      databaseUrl: database.url,
      env: { SANDBOX_SPEED: '60', SANDBOX_RECORDINGS: `${LOBSTER_AMZN},${CBOE_SPX}` },
    });
    const env = { DATABASE_URL: database.url, DATA_DIR: server.dataDir };
    try {
      const cookie = await server.signIn(demo('operator'));
      let compared = 0;
      const look = async (): Promise<boolean> => {
        const view = await server.view(cookie);
        if (!view) return false;
        const { vpin, trades } = symbol(view, 'AMZN');
        if (vpin.value === null) return false;
        const expected = directVpin(prints, trades);
        expect(vpin.buckets).toBe(expected.buckets);
        expect(vpin.value).toBeCloseTo(expected.vpin, 12);
        const gex = symbol(view, 'SPX').exposure?.gex;
        if (!gex || gex.value === null) return false;
        expect(Math.abs(gex.value - direct.gex)).toBeLessThan(1e-9 * Math.abs(direct.gex) + 1);
        compared += 1;
        return compared >= 5;
      };
      await until('five looks with VPIN and GEX', 60_000, look);
      const page = await (await fetch(`${server.url}/admin`, { headers: { cookie } })).text();
      expect(page).toContain('AMZN');
      server.kill('SIGTERM');
      expect(await Promise.race([server.exited, Bun.sleep(5_000).then(() => 'still running')])).toBe(0);

      const verified = await quanticity(['verify', '--json'], env);
      expect(JSON.parse(verified.text)).toMatchObject({ ok: true });
      const replayed = await quanticity(['replay', '--json'], env);
      const result = JSON.parse(replayed.text);
      expect(result).toMatchObject({ ok: true, sealed: true });
      expect(result.entries).toBeGreaterThan(5_000);
      expect(result.stateHash).toBe(result.recordedStateHash);
    } finally {
      await server.stop();
      await database.drop();
    }
  },
  120_000,
);
