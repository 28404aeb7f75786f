import { BOT, type Member, PEOPLE, type Person, ROOMS, type World } from './world.ts';

/** https://discord.com/developers/docs/topics/permissions: invite people, see channels, manage roles. */
const CREATE_INSTANT_INVITE = 1n << 0n;
const VIEW_CHANNEL = 1n << 10n;
const MANAGE_ROLES = 1n << 28n;

export const personOf = (id: string): Person | null => PEOPLE.find((person) => person.id === id) ?? null;

/** `UserResponse` of Discord's description. */
const userObject = ({ id, username, globalName }: Person) => ({
  id,
  username,
  avatar: null,
  discriminator: '0',
  public_flags: 0,
  flags: 0,
  bot: id === BOT.id,
  global_name: globalName,
  primary_guild: null,
});

/** `UserPIIResponse`. */
export const ownUserObject = (person: Person) => ({ ...userObject(person), mfa_enabled: false, locale: 'en-US' });

/** `GuildMemberResponse`. */
export const memberObject = (person: Person, { joinedAtMs, roles }: Member) => ({
  user: userObject(person),
  nick: null,
  avatar: null,
  banner: null,
  communication_disabled_until: null,
  flags: 0,
  joined_at: new Date(joinedAtMs).toISOString(),
  pending: false,
  premium_since: null,
  roles: [...roles],
  mute: false,
  deaf: false,
});

const roleObject = (id: string, name: string, position: number, permissions: bigint, isManaged = false) => ({
  id,
  name,
  permissions: String(permissions),
  position,
  color: 0,
  colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
  hoist: false,
  managed: isManaged,
  mentionable: false,
  icon: null,
  unicode_emoji: null,
  flags: 0,
});

/** `GuildRoleResponse` of each: everyone's, the two of members, and the bot's above them while it has its rights. */
export const roleObjects = (world: World) => {
  const rights = CREATE_INSTANT_INVITE | MANAGE_ROLES | VIEW_CHANNEL;
  return [
    roleObject(world.guildId, '@everyone', 0, VIEW_CHANNEL),
    ...[...ROOMS].reverse().map((room, at) => roleObject(world.roles[room], room, at + 1, VIEW_CHANNEL)),
    roleObject(world.botRoleId, 'QuantiCity', 5, world.hasRights ? rights : VIEW_CHANNEL, true),
  ];
};

/** The bot as a member of the server. */
export const botObject = (world: World) =>
  memberObject(BOT, { joinedAtMs: Date.parse('2026-01-01T00:00:00Z'), roles: new Set([world.botRoleId]) });
