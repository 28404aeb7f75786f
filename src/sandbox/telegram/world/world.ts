import { randomBytes } from 'node:crypto';
import {
  type CallbackQuery,
  type Chat,
  type InlineButton,
  type MessageEntity,
  ROOMS,
  type RoomName,
} from '../types.ts';
import { UpdateQueue } from '../updates/queue.ts';
import { Webhook } from '../updates/webhook.ts';
import type { Person } from './people.ts';
import { createRooms, type Link, type Room } from './room.ts';

/** A room, or the private chat with the person of that id. */
export type Place = RoomName | number;

export interface KeptMessage {
  readonly messageId: number;
  readonly chat: Place;
  readonly isFromBot: boolean;
  readonly text: string;
  readonly entities: readonly MessageEntity[];
  readonly buttons: readonly (readonly InlineButton[])[];
  /** Wall ms since epoch. */
  readonly atMs: number;
}

/** Where a person and the bot stand with each other. */
export interface Dialog {
  isStarted: boolean;
  isBlocked: boolean;
}

/** What a client shows of the bot. */
interface Profile {
  commands: readonly { readonly command: string; readonly description: string }[];
  description: string;
  shortDescription: string;
}

const KEPT_MAX = 2_000;

/** All of the simulated Telegram's state; verbs of `api/` and `acts/` change it, one synchronous step at a time. */
export class World {
  /** What stands in for `https://t.me`. */
  readonly linkBase: string;
  readonly rooms = createRooms();
  readonly updates = new UpdateQueue();
  readonly webhook = new Webhook(this.updates);
  readonly messages: KeptMessage[] = [];
  readonly profile: Profile = { commands: [], description: '', shortDescription: '' };
  /** Buttons pressed and not answered yet. */
  readonly callbacks = new Map<string, CallbackQuery>();
  readonly dialogs = new Map<number, Dialog>();
  lastPrivateId = 0;

  constructor(linkBase: string) {
    this.linkBase = linkBase;
    for (const name of ROOMS) this.addLink(this.rooms[name], { isPrimary: true });
  }

  dialog(personId: number): Dialog {
    const dialog = this.dialogs.get(personId) ?? { isStarted: false, isBlocked: false };
    this.dialogs.set(personId, dialog);
    return dialog;
  }

  addLink(room: Room, given: Partial<Omit<Link, 'url' | 'isRevoked'>>): Link {
    const url = `${this.linkBase}/+${randomBytes(12).toString('base64url')}`;
    const none = { name: undefined, expireDate: undefined, memberLimit: undefined };
    const link = { createsJoinRequest: false, isPrimary: false, ...none, ...given, url, isRevoked: false };
    room.links.push(link);
    return link;
  }

  nextMessageId(place: Place): number {
    if (typeof place === 'number') {
      this.lastPrivateId += 1;
      return this.lastPrivateId;
    }
    const room = this.rooms[place];
    room.lastMessageId += 1;
    return room.lastMessageId;
  }

  keep(message: KeptMessage): void {
    this.messages.push(message);
    if (this.messages.length > KEPT_MAX) this.messages.shift();
  }

  messagesIn(place: Place): readonly KeptMessage[] {
    return this.messages.filter(({ chat }) => chat === place);
  }
}

export const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

export const privateChat = ({ id, firstName, username }: Person): Chat => ({
  ...{ id, type: 'private', first_name: firstName },
  ...(username === null ? {} : { username }),
});
