import type { MessageEntity } from '../types.ts';

const FOUND: readonly (readonly [string, RegExp])[] = [
  ['url', /\bhttps?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]'’]/g],
  ['bot_command', /(?<![\w/])\/[a-z]\w{0,31}(?:@\w{5,32})?/gi],
];

const overlaps = (a: MessageEntity, b: MessageEntity): boolean =>
  a.offset < b.offset + b.length && b.offset < a.offset + a.length;

/** What Telegram marks by itself: addresses and commands. */
export const foundIn = (text: string): readonly MessageEntity[] => {
  const all: MessageEntity[] = [];
  for (const [type, pattern] of FOUND) {
    const found = [...text.matchAll(pattern)].map(({ 0: { length }, index }) => ({ type, offset: index, length }));
    all.push(...found.filter((entity) => !all.some((other) => overlaps(entity, other))));
  }
  return all;
};

const SOLE = new Set(['text_link', 'code', 'pre', 'custom_emoji', 'mention', 'url']);

/** Cuts white space off both ends, moves what is marked along, and adds what Telegram finds by itself; in order of place. */
export const trimmed = (
  raw: string,
  marked: readonly MessageEntity[],
): { readonly text: string; readonly entities: readonly MessageEntity[] } => {
  const text = raw.trim();
  const shift = raw.length - raw.trimStart().length;
  const moved = marked.flatMap((entity) => {
    const start = Math.max(0, entity.offset - shift);
    const end = Math.min(text.length, entity.offset + entity.length - shift);
    return end > start ? [{ ...entity, offset: start, length: end - start }] : [];
  });
  const sole = moved.filter(({ type }) => SOLE.has(type));
  const found = foundIn(text).filter((entity) => !sole.some((other) => overlaps(entity, other)));
  return { text, entities: [...moved, ...found].sort((a, b) => a.offset - b.offset || b.length - a.length) };
};
