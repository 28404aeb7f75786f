import { afterEach, expect, test } from 'bun:test';
import { linkChat, seatStateOf } from '../../src/db/queries/chat/links.ts';
import { grantComp, revokeComps } from '../../src/db/queries/comps.ts';
import { createUser } from '../../src/db/queries/users.ts';
import { createTestDatabase } from '../support/database.ts';
import { startServer, type TestServer, until } from '../support/server.ts';

/* The server dies while Discord has been asked for a role and has not answered. */
const ROBIN = '900000000000000101';
const ACTOR = { kind: 'system', name: 'test' } as const;
const ROLE = 'PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}';
let cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanup.reverse()) await undo();
  cleanup = [];
});

const sandboxOf = (server: TestServer) => {
  const { sandbox } = server.runtime();
  const client = `${sandbox?.discordUrl}/client`;
  const cookie = `sandbox_discord_person=${ROBIN}`;
  return {
    join: () => fetch(`${client}/join`, { method: 'POST', headers: { cookie } }),
    /** As the person sees it. */
    page: async (): Promise<string> => (await fetch(client, { headers: { cookie } })).text(),
    fault: (fault: unknown) =>
      fetch(`${sandbox?.discordControlUrl}/discord/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      }),
  };
};

test.each([
  ['lost their access meanwhile is put out', true],
  ['still has access is let in', false],
])(
  'the server is killed while somebody is let in: after its return, whoever %s',
  async (_, loses) => {
    const database = await createTestDatabase();
    cleanup.push(database.drop);
    const start = async (dataDir?: string): Promise<TestServer> => {
      const env = { SANDBOX_SPEED: '2' };
      const server = await startServer({ databaseUrl: database.url, env, ...(dataDir !== undefined && { dataDir }) });
      cleanup.push(server.stop);
      return server;
    };
    const state = () => seatStateOf(database.db, { vendor: 'discord', room: 'premium', chatUserId: ROBIN });
    const first = await start();
    const userId = (await createUser(database.db, { email: 'killed@example.com', passwordHash: 'x' })) ?? '';
    await grantComp(database.db, { userId, tier: 'premium', endsAt: null, reason: 'test' }, ACTOR);
    expect((await sandboxOf(first).join()).status).toBe(200);
    expect((await sandboxOf(first).fault({ kind: 'accept-then-hang', times: 1, operation: ROLE })).status).toBe(204);
    const person = { chatUserId: ROBIN, name: 'Robin' };
    const by = { actor: ACTOR, cause: 'test', chatsUrl: 'https://quanticity.example/account/chats' };
    await linkChat(database.db, { userId, vendor: 'discord', person }, by);
    await until('the role, unknown to us', 10_000, async () => /as premium/.test(await sandboxOf(first).page()));
    expect(await state()).toBe('admitting');
    // The simulated outside keeps what it knows; a moment of it a crash may cost.
    await Bun.sleep(500);
    first.kill('SIGKILL');
    await first.exited;
    if (loses) await revokeComps(database.db, userId, ACTOR, 'test');
    const second = await start(first.dataDir);
    expect(await sandboxOf(second).page()).toMatch(/as premium/);
    await until('the seat as access says', 15_000, async () => (await state()) === (loses ? 'outside' : 'inside'));
    expect(/as premium/.test(await sandboxOf(second).page())).toBe(!loses);
  },
  90_000,
);
