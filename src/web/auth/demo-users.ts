import type { Db } from '../../db/client.ts';
import { revokeComps } from '../../db/queries/comps.ts';
import { erasePerson } from '../../db/queries/personal-data.ts';
import { beginSecondFactor, confirmSecondFactor, dropSecondFactor } from '../../db/queries/second-factors.ts';
import { acceptTerms, termsAcceptedBy } from '../../db/queries/terms.ts';
import { createUser, giveTier, type NewUser, type UserTier, userByEmail } from '../../db/queries/users.ts';
import type { DemoUser } from '../context.ts';
import { hashPassword } from './password.ts';
import { TERMS_VERSION } from './terms.ts';
import { newToken } from './token.ts';
import type { Vault } from './vault.ts';

/** Known to everybody: these accounts exist in the sandbox only, never in production. */
const DEMO_PASSWORD = 'quanticity-demo-2026';
const DEMO_TOTP_SECRET = 'QUANTICITYDEMOOPERATORNOSECRETAA';

interface Demo extends Pick<NewUser, 'role'> {
  readonly name: string;
  readonly label: string;
  readonly tier: UserTier;
}

const DEMO: readonly Demo[] = [
  { name: 'free', label: 'Free member', role: 'member', tier: 'free' },
  { name: 'basic', label: 'Basic member', role: 'member', tier: 'basic' },
  { name: 'premium', label: 'Premium member', role: 'member', tier: 'premium' },
  { name: 'operator', label: 'Operator', role: 'operator', tier: 'premium' },
];

const emailOf = (name: string): string => `${name}@demo.quanticity.example`;

export const DEMO_USERS: readonly DemoUser[] = DEMO.map(({ name, label, role }) => ({
  email: emailOf(name),
  password: DEMO_PASSWORD,
  label,
  totpSecret: role === 'operator' ? DEMO_TOTP_SECRET : null,
}));

/** With the secret that everybody knows, sealed with the key of now. */
const giveSecondFactor = async (db: Db, vault: Vault, userId: string): Promise<void> => {
  await dropSecondFactor(db, userId);
  await beginSecondFactor(db, userId, vault.seal(DEMO_TOTP_SECRET, userId));
  await confirmSecondFactor(db, userId);
};

/** Adds the demo users that are missing. For the composition root, when it runs in the sandbox and not in production. */
export const ensureDemoUsers = async (db: Db, vault: Vault): Promise<readonly DemoUser[]> => {
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  const actor = { kind: 'system', name: 'sandbox' } as const;
  for (const { name, role = 'member', tier } of DEMO) {
    const email = emailOf(name);
    await createUser(db, { email, passwordHash, role, emailVerifiedAt: new Date() });
    const user = await userByEmail(db, email);
    if (!user) continue;
    const [accepted] = await termsAcceptedBy(db, user.id);
    if (accepted?.version !== TERMS_VERSION) await acceptTerms(db, user.id, TERMS_VERSION, null);
    if (role === 'operator') await giveSecondFactor(db, vault, user.id);
    if (user.tier !== tier) await giveTier(db, user.id, tier, actor, 'a demo member of this tier');
  }
  return DEMO_USERS;
};

/** Takes the demo users away again, sessions included: their password is public. For every start outside the sandbox. */
export const removeDemoUsers = async (db: Db): Promise<void> => {
  for (const { email } of DEMO_USERS) {
    const user = await userByEmail(db, email);
    if (!user) continue;
    const nobodysHash = await hashPassword(newToken());
    await db.transaction(async (tx) => {
      await revokeComps(tx, user.id, { kind: 'system', name: 'sandbox' }, 'no longer a sandbox');
      await erasePerson(tx, user.id, nobodysHash);
    });
  }
};
