import type { MessageEntity } from '../types.ts';

export type ParsedText =
  | { readonly ok: true; readonly text: string; readonly entities: readonly MessageEntity[] }
  | { readonly ok: false; readonly problem: string };

type Attributes = ReadonlyMap<string, string>;
interface OpenTag {
  readonly name: string;
  readonly attributes: Attributes;
  readonly offset: number;
}

const STYLES: Readonly<Record<string, string>> = {
  ...{ b: 'bold', strong: 'bold', i: 'italic', em: 'italic', u: 'underline', ins: 'underline' },
  ...{ s: 'strikethrough', strike: 'strikethrough', del: 'strikethrough' },
  ...{ 'tg-spoiler': 'spoiler', code: 'code', pre: 'pre' },
};
const OTHER_TAGS = new Set(['a', 'span', 'tg-emoji', 'blockquote']);
const START = /^<([a-z][a-z-]*)((?:\s+[a-z][a-z-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[\w.-]+))?)*)\s*>/i;
const ATTRIBUTE = /([a-z][a-z-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+)))?/gi;
const END = /^<\/\s*([a-z-]*)\s*>/i;
const REFERENCE = /^&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([\da-f]{1,6}));?/i;
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };
const CODE_POINT_MAX = 0x10_ff_ff;

/** The character that a reference stands for, and the reference's length; null when it is an ampersand and no more. */
const referenceAt = (rest: string): { readonly text: string; readonly length: number } | null => {
  const [whole, name, decimal, hex] = REFERENCE.exec(rest) ?? [];
  if (whole === undefined) return null;
  const point = name === undefined ? Number.parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10) : 0;
  const text = name === undefined ? String.fromCodePoint(Math.min(point, CODE_POINT_MAX)) : NAMED[name.toLowerCase()];
  return point === 0 && name === undefined ? null : { text: text ?? '', length: whole.length };
};

const decoded = (value: string): string => value.replace(/&[^;]*;?/g, (part) => referenceAt(part)?.text ?? part);

const attributesOf = (text: string): Attributes =>
  new Map(
    [...text.matchAll(ATTRIBUTE)].map(([, name = '', double, single, bare]) => [
      name.toLowerCase(),
      decoded(double ?? single ?? bare ?? ''),
    ]),
  );

const isSupported = (name: string, attributes: Attributes): boolean =>
  name === 'span' ? attributes.get('class') === 'tg-spoiler' : name in STYLES || OTHER_TAGS.has(name);

const addressOf = (href: string): string | null => {
  const full = /^[a-z][a-z\d+.-]*:/i.test(href) ? href : `http://${href}`;
  return URL.canParse(full) && /^(?:https?|tg|ton|tonsite):/i.test(full) ? new URL(full).href : null;
};

/** Null when the tag marks nothing: a link to nowhere stays as plain text. */
const entityOf = ({ name, attributes, offset }: OpenTag, end: number): MessageEntity | null => {
  const span = { offset, length: end - offset };
  if (span.length === 0) return null;
  if (name === 'a') {
    const url = addressOf(attributes.get('href') ?? '');
    return url === null ? null : { type: 'text_link', ...span, url };
  }
  if (name === 'span') return { type: 'spoiler', ...span };
  if (name === 'tg-emoji') return { type: 'custom_emoji', ...span, custom_emoji_id: attributes.get('emoji-id') ?? '' };
  if (name === 'blockquote')
    return { type: attributes.has('expandable') ? 'expandable_blockquote' : 'blockquote', ...span };
  return { type: STYLES[name] ?? name, ...span };
};

const bytesBefore = (html: string, at: number): number => Buffer.byteLength(html.slice(0, at));

class HtmlReader {
  readonly #html: string;
  readonly #open: OpenTag[] = [];
  readonly entities: MessageEntity[] = [];
  text = '';
  #at = 0;

  constructor(html: string) {
    this.#html = html;
  }

  /** Null once all is read, else what is wrong, in Telegram's words as bots are told them. */
  read(): string | null {
    while (this.#at < this.#html.length) {
      const problem = this.#html[this.#at] === '<' ? this.#tag() : this.#character();
      if (problem !== null) return problem;
    }
    const last = this.#open.at(-1);
    return last ? `Can't find end tag corresponding to start tag "${last.name}"` : null;
  }

  #character(): null {
    const reference = this.#html[this.#at] === '&' ? referenceAt(this.#html.slice(this.#at, this.#at + 12)) : null;
    this.text += reference?.text ?? this.#html[this.#at];
    this.#at += reference?.length ?? 1;
    return null;
  }

  #tag(): string | null {
    const rest = this.#html.slice(this.#at);
    const where = `at byte offset ${bytesBefore(this.#html, this.#at)}`;
    if (rest.startsWith('</')) return this.#end(rest, where);
    const [whole, name = '', attributes = ''] = START.exec(rest) ?? [];
    if (whole === undefined) {
      const [, bare = ''] = /^<([^\s>]*)/.exec(rest) ?? [];
      return rest.includes('>') ? `Unsupported start tag "${bare}" ${where}` : `Unclosed start tag ${where}`;
    }
    const tag = { name: name.toLowerCase(), attributes: attributesOf(attributes), offset: this.text.length };
    if (!isSupported(tag.name, tag.attributes)) return `Unsupported start tag "${tag.name}" ${where}`;
    if (tag.name === 'blockquote' && this.#open.some((outer) => outer.name === 'blockquote'))
      return `Blockquote can't be nested ${where}`;
    this.#open.push(tag);
    this.#at += whole.length;
    return null;
  }

  #end(rest: string, where: string): string | null {
    const [whole, name = ''] = END.exec(rest) ?? [];
    const tag = this.#open.at(-1);
    if (whole === undefined) return `Unclosed end tag ${where}`;
    if (!tag) return `Unexpected end tag ${where}`;
    if (name !== '' && name.toLowerCase() !== tag.name)
      return `Unmatched end tag ${where}, expected "</${tag.name}>", found "</${name.toLowerCase()}>"`;
    this.#open.pop();
    const entity = entityOf(tag, this.text.length);
    if (entity) this.entities.push(entity);
    this.#at += whole.length;
    return null;
  }
}

/** HTML as the Bot API takes it. */
export const parseHtml = (html: string): ParsedText => {
  const reader = new HtmlReader(html);
  const problem = reader.read();
  return problem === null
    ? { ok: true, text: reader.text, entities: reader.entities }
    : { ok: false, problem: `can't parse entities: ${problem}` };
};
