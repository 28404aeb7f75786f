import {
  BOOLEAN,
  CHAT_ID,
  COMMANDS,
  ENTITIES,
  INTEGER,
  LINK_PREVIEW,
  optional,
  type ParamsOf,
  REPLY_MARKUP,
  required,
  STRING,
  STRINGS,
  unused,
} from './fields.ts';

const CHAT = { chat_id: required(CHAT_ID) };
const PERSON = { ...CHAT, user_id: required(INTEGER) };

/** The methods that the sandbox serves and their parameters, kept by hand and compared with the specification by a test. */
export const METHODS = {
  getMe: {},
  getUpdates: {
    offset: optional(INTEGER),
    limit: optional(INTEGER),
    timeout: optional(INTEGER),
    allowed_updates: optional(STRINGS),
  },
  setWebhook: {
    url: required(STRING),
    certificate: unused('InputFile'),
    ip_address: unused('String'),
    max_connections: optional(INTEGER),
    allowed_updates: optional(STRINGS),
    drop_pending_updates: optional(BOOLEAN),
    secret_token: optional(STRING),
  },
  deleteWebhook: { drop_pending_updates: optional(BOOLEAN) },
  getWebhookInfo: {},
  sendMessage: {
    business_connection_id: unused('String'),
    ...CHAT,
    message_thread_id: unused('Integer'),
    direct_messages_topic_id: unused('Integer'),
    text: required(STRING),
    parse_mode: optional(STRING),
    entities: optional(ENTITIES),
    link_preview_options: optional(LINK_PREVIEW),
    disable_notification: optional(BOOLEAN),
    protect_content: optional(BOOLEAN),
    allow_paid_broadcast: unused('Boolean'),
    message_effect_id: unused('String'),
    suggested_post_parameters: unused('SuggestedPostParameters'),
    reply_parameters: unused('ReplyParameters'),
    reply_markup: optional(REPLY_MARKUP),
  },
  answerCallbackQuery: {
    callback_query_id: required(STRING),
    text: optional(STRING),
    show_alert: optional(BOOLEAN),
    url: unused('String'),
    cache_time: optional(INTEGER),
  },
  getChat: CHAT,
  getChatMember: PERSON,
  getChatMemberCount: CHAT,
  createChatInviteLink: {
    ...CHAT,
    name: optional(STRING),
    expire_date: optional(INTEGER),
    member_limit: optional(INTEGER),
    creates_join_request: optional(BOOLEAN),
  },
  revokeChatInviteLink: { ...CHAT, invite_link: required(STRING) },
  exportChatInviteLink: CHAT,
  approveChatJoinRequest: PERSON,
  declineChatJoinRequest: PERSON,
  banChatMember: { ...PERSON, until_date: optional(INTEGER), revoke_messages: optional(BOOLEAN) },
  unbanChatMember: { ...PERSON, only_if_banned: optional(BOOLEAN) },
  setMyCommands: { commands: required(COMMANDS), scope: unused('BotCommandScope'), language_code: unused('String') },
  setMyDescription: { description: optional(STRING), language_code: unused('String') },
  setMyShortDescription: { short_description: optional(STRING), language_code: unused('String') },
};

export type MethodName = keyof typeof METHODS;
export type Params<M extends MethodName> = ParamsOf<(typeof METHODS)[M]>;
