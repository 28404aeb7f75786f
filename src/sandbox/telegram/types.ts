/** Objects of the Bot API, as far as the sandbox sends them; the contract test holds each against the specification. */

export const ROOMS = ['premium', 'basic', 'free'] as const;
export type RoomName = (typeof ROOMS)[number];

export interface User {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly username?: string;
  readonly language_code?: string;
}

export interface Chat {
  readonly id: number;
  readonly type: 'private' | 'supergroup' | 'channel';
  readonly title?: string;
  readonly username?: string;
  readonly first_name?: string;
}

export interface MessageEntity {
  readonly type: string;
  /** In UTF-16 code units, as is `length`. */
  readonly offset: number;
  readonly length: number;
  readonly url?: string | undefined;
  readonly language?: string | undefined;
  readonly custom_emoji_id?: string | undefined;
}

export interface InlineButton {
  readonly text: string;
  readonly url?: string | undefined;
  readonly callback_data?: string | undefined;
}

export interface Message {
  readonly message_id: number;
  readonly from?: User;
  readonly sender_chat?: Chat;
  /** Unix seconds, as all dates of the Bot API. */
  readonly date: number;
  readonly chat: Chat;
  readonly text?: string;
  readonly entities?: readonly MessageEntity[];
  readonly link_preview_options?: Readonly<Record<string, unknown>>;
  readonly has_protected_content?: true;
  readonly reply_markup?: { readonly inline_keyboard: readonly (readonly InlineButton[])[] };
  readonly new_chat_members?: readonly User[];
  readonly left_chat_member?: User;
}

export interface ChatInviteLink {
  readonly invite_link: string;
  readonly creator: User;
  readonly creates_join_request: boolean;
  readonly is_primary: boolean;
  readonly is_revoked: boolean;
  readonly name?: string;
  readonly expire_date?: number;
  readonly member_limit?: number;
  readonly pending_join_request_count?: number;
}

export interface AdministratorRights {
  readonly can_be_edited: boolean;
  readonly is_anonymous: boolean;
  readonly can_manage_chat: boolean;
  readonly can_delete_messages: boolean;
  readonly can_manage_video_chats: boolean;
  readonly can_restrict_members: boolean;
  readonly can_promote_members: boolean;
  readonly can_change_info: boolean;
  readonly can_invite_users: boolean;
  readonly can_post_stories: boolean;
  readonly can_edit_stories: boolean;
  readonly can_delete_stories: boolean;
  readonly can_post_messages?: boolean;
  readonly can_edit_messages?: boolean;
  readonly can_pin_messages?: boolean;
}

export type ChatMember =
  | { readonly status: 'creator'; readonly user: User; readonly is_anonymous: boolean }
  | ({ readonly status: 'administrator'; readonly user: User } & AdministratorRights)
  | { readonly status: 'member'; readonly user: User }
  | { readonly status: 'left'; readonly user: User }
  /** `until_date` 0: for ever. */
  | { readonly status: 'kicked'; readonly user: User; readonly until_date: number };

export interface ChatMemberUpdated {
  readonly chat: Chat;
  readonly from: User;
  readonly date: number;
  readonly old_chat_member: ChatMember;
  readonly new_chat_member: ChatMember;
  readonly invite_link?: ChatInviteLink;
}

export interface ChatJoinRequest {
  readonly chat: Chat;
  readonly from: User;
  readonly user_chat_id: number;
  readonly date: number;
  readonly invite_link: ChatInviteLink;
}

export interface CallbackQuery {
  readonly id: string;
  readonly from: User;
  readonly message: Message;
  readonly chat_instance: string;
  readonly data: string;
}

/** What an update carries: one of these. */
export interface UpdateContent {
  readonly message?: Message;
  readonly callback_query?: CallbackQuery;
  readonly my_chat_member?: ChatMemberUpdated;
  readonly chat_member?: ChatMemberUpdated;
  readonly chat_join_request?: ChatJoinRequest;
}
export type Update = { readonly update_id: number } & UpdateContent;
