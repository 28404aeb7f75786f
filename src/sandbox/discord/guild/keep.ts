import { z } from 'zod';
import { CHANNELS, type Webhooks } from '../webhooks/webhooks.ts';
import type { World } from './world.ts';

const message = z.object({
  id: z.string(),
  channel: z.enum(CHANNELS),
  content: z.string(),
  embeds: z.array(z.unknown()),
  mentionsOff: z.boolean(),
  atMs: z.number(),
});

/** The server between two runs of the sandbox. Codes and tokens of people are not part of it. */
export const keptWorld = z.object({
  port: z.number(),
  botToken: z.string(),
  clientSecret: z.string(),
  members: z.array(z.tuple([z.string(), z.object({ joinedAtMs: z.number(), roles: z.array(z.string()) })])),
  hasRights: z.boolean(),
  messages: z.array(message),
});
export type KeptWorld = z.infer<typeof keptWorld>;

export const keepWorld = (world: World, webhooks: Webhooks, port: number): KeptWorld => ({
  port,
  botToken: world.botToken,
  clientSecret: world.clientSecret,
  members: [...world.members].map(([id, { joinedAtMs, roles }]) => [id, { joinedAtMs, roles: [...roles] }]),
  hasRights: world.hasRights,
  messages: webhooks.messages.map((one) => ({ ...one, embeds: [...one.embeds] })),
});

/** Puts a new server where the kept one was. */
export const restoreWorld = (world: World, webhooks: Webhooks, kept: KeptWorld): void => {
  for (const [id, { joinedAtMs, roles }] of kept.members) world.members.set(id, { joinedAtMs, roles: new Set(roles) });
  world.hasRights = kept.hasRights;
  webhooks.messages.push(...kept.messages);
};
