import { type Answer, badRequest, notSimulated } from '../answer.ts';
import type { World } from '../world/world.ts';
import { createChatInviteLink, exportChatInviteLink, revokeChatInviteLink } from './links.ts';
import {
  approveChatJoinRequest,
  banChatMember,
  declineChatJoinRequest,
  getChatMember,
  getChatMemberCount,
  unbanChatMember,
} from './members.ts';
import { answerCallbackQuery, sendMessage } from './messages.ts';
import { METHODS, type MethodName, type Params } from './methods.ts';
import { NOT_SIMULATED } from './not-simulated.ts';
import { getChat, getMe, setMyCommands, setMyDescription, setMyShortDescription } from './profile.ts';
import { readParams } from './read-params.ts';
import type { Raw } from './read-request.ts';
import { deleteWebhook, getUpdates, getWebhookInfo, setWebhook } from './updates.ts';

type Handler<M extends MethodName> = (world: World, params: Params<M>, signal: AbortSignal) => Answer | Promise<Answer>;

const HANDLERS: { readonly [M in MethodName]: Handler<M> } = {
  getMe,
  getUpdates,
  setWebhook,
  deleteWebhook,
  getWebhookInfo,
  sendMessage,
  answerCallbackQuery,
  getChat,
  getChatMember,
  getChatMemberCount,
  createChatInviteLink,
  revokeChatInviteLink,
  exportChatInviteLink,
  approveChatJoinRequest,
  declineChatJoinRequest,
  banChatMember,
  unbanChatMember,
  setMyCommands,
  setMyDescription,
  setMyShortDescription,
};

const isServed = (method: string): method is MethodName => Object.hasOwn(METHODS, method);

const callServed = async <M extends MethodName>(
  world: World,
  method: M,
  raw: Raw,
  signal: AbortSignal,
): Promise<Answer> => {
  const read = readParams(method, raw);
  return read.ok ? await HANDLERS[method](world, read.params, signal) : read;
};

/** One call of the API. `signal` tells that the caller is gone. */
export const call = async (world: World, method: string, raw: Raw, signal: AbortSignal): Promise<Answer> => {
  if (isServed(method)) return callServed(world, method, raw, signal);
  return NOT_SIMULATED.has(method) ? notSimulated(method) : badRequest(`method ${method} is not in the specification`);
};
