import { z } from 'zod';

/** A parameter: the specification's names of its types, and how one is read. `null`: the sandbox has no use for it. */
export interface Field<Out = unknown> {
  readonly types: readonly string[];
  readonly required: boolean;
  readonly schema: z.ZodType<Out> | null;
}
export type Fields = Readonly<Record<string, Field>>;

/** The parameters of a request that fits `F`. */
export type ParamsOf<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer Out>
    ? F[Name] extends { readonly required: true }
      ? Out
      : Out | undefined
    : never;
};

interface Type<Out> {
  readonly types: readonly string[];
  readonly schema: z.ZodType<Out>;
}
export const required = <Out>({ types, schema }: Type<Out>) => ({ types, schema, required: true as const });
export const optional = <Out>({ types, schema }: Type<Out>) => ({ types, schema, required: false as const });
/** Known to the specification, refused by name here rather than passed over. */
export const unused = (...types: readonly string[]): Field<never> => ({ types, required: false, schema: null });

const DIGITS = /^-?\d{1,16}$/;
const integer = z.union([z.int(), z.string().regex(DIGITS).transform(Number)]);
/** Forms and queries have no types: what is no string comes as its JSON. */
const fromJson = <Out>(schema: z.ZodType<Out>): z.ZodType<Out> =>
  z.preprocess((value) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value;
    }
  }, schema);

export const INTEGER: Type<number> = { types: ['Integer'], schema: integer };
export const STRING: Type<string> = { types: ['String'], schema: z.string() };
export const BOOLEAN: Type<boolean> = { types: ['Boolean'], schema: fromJson(z.boolean()) };
/** A number, or a name with its `@`. */
export const CHAT_ID: Type<number | string> = {
  types: ['Integer', 'String'],
  schema: z.union([integer, z.string()]),
};
export const STRINGS: Type<readonly string[]> = { types: ['Array of String'], schema: fromJson(z.array(z.string())) };

const entity = z.strictObject({
  type: z
    .enum(['bold', 'italic', 'underline', 'strikethrough', 'spoiler', 'blockquote', 'expandable_blockquote', 'code'])
    .or(
      z.enum([
        'pre',
        'text_link',
        'custom_emoji',
        'mention',
        'hashtag',
        'cashtag',
        'bot_command',
        'url',
        'email',
        'phone_number',
      ]),
    ),
  offset: z.int().nonnegative(),
  length: z.int().positive(),
  url: z.string().optional(),
  language: z.string().optional(),
  custom_emoji_id: z.string().optional(),
});
export const ENTITIES: Type<readonly z.infer<typeof entity>[]> = {
  types: ['Array of MessageEntity'],
  schema: fromJson(z.array(entity).max(100)),
};

const preview = z.strictObject({
  is_disabled: z.boolean().optional(),
  url: z.string().optional(),
  prefer_small_media: z.boolean().optional(),
  prefer_large_media: z.boolean().optional(),
  show_above_text: z.boolean().optional(),
});
export const LINK_PREVIEW: Type<z.infer<typeof preview>> = {
  types: ['LinkPreviewOptions'],
  schema: fromJson(preview),
};

/** A button does exactly one thing; here it opens an address or calls the bot. */
const button = z
  .strictObject({
    text: z.string().min(1),
    style: z.enum(['danger', 'success', 'primary']).optional(),
    url: z.url({ protocol: /^(?:https?|tg)$/ }).optional(),
    callback_data: z
      .string()
      .min(1)
      .refine((data) => Buffer.byteLength(data) <= 64)
      .optional(),
  })
  .refine(({ url, callback_data }) => (url === undefined) !== (callback_data === undefined));
const inline = z.strictObject({ inline_keyboard: z.array(z.array(button)) });
const keyboardButton = z.union([z.string(), z.strictObject({ text: z.string().min(1) })]);
const reply = z.strictObject({
  keyboard: z.array(z.array(keyboardButton)),
  is_persistent: z.boolean().optional(),
  resize_keyboard: z.boolean().optional(),
  one_time_keyboard: z.boolean().optional(),
  input_field_placeholder: z.string().min(1).max(64).optional(),
  selective: z.boolean().optional(),
});
const remove = z.strictObject({ remove_keyboard: z.literal(true), selective: z.boolean().optional() });
const force = z.strictObject({
  force_reply: z.literal(true),
  input_field_placeholder: z.string().min(1).max(64).optional(),
  selective: z.boolean().optional(),
});
const markup = z.union([inline, reply, remove, force]);
export const REPLY_MARKUP: Type<z.infer<typeof markup>> = {
  types: ['InlineKeyboardMarkup', 'ReplyKeyboardMarkup', 'ReplyKeyboardRemove', 'ForceReply'],
  schema: fromJson(markup),
};

const command = z.strictObject({ command: z.string(), description: z.string() });
export const COMMANDS: Type<readonly z.infer<typeof command>[]> = {
  types: ['Array of BotCommand'],
  schema: fromJson(z.array(command)),
};
