import { describe, expect, test } from 'bun:test';
import { trimmed } from './entities.ts';
import { parseHtml } from './parse-html.ts';

describe('HTML of a message', () => {
  test('becomes text and entities, counted in UTF-16 code units', () => {
    const html = '📈 <b>SPY <i>up</i></b> &lt;1 &amp; <a href="quanticity.example/?a=1&amp;b=2">more</a>';
    expect(parseHtml(html)).toEqual({
      ok: true,
      text: '📈 SPY up <1 & more',
      entities: [
        { type: 'italic', offset: 7, length: 2 },
        { type: 'bold', offset: 3, length: 6 },
        { type: 'text_link', offset: 15, length: 4, url: 'http://quanticity.example/?a=1&b=2' },
      ],
    });
  });

  test.each([
    ['<b>open', `Can't find end tag corresponding to start tag "b"`],
    ['é<b>x</i>', 'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"'],
    ['x</b>', 'Unexpected end tag at byte offset 1'],
    ['<p>x</p>', 'Unsupported start tag "p" at byte offset 0'],
    ['1 < 2 and 3 > 2', 'Unsupported start tag "" at byte offset 2'],
    ['a <', 'Unclosed start tag at byte offset 2'],
    ['<b>x</b', 'Unclosed end tag at byte offset 4'],
    ['<span class="x">x</span>', 'Unsupported start tag "span" at byte offset 0'],
    ['<br/>', 'Unsupported start tag "br/" at byte offset 0'],
    ['<a href="x>x</a>', 'Unsupported start tag "a" at byte offset 0'],
  ])('%j is refused', (html, problem) => {
    expect(parseHtml(html)).toEqual({ ok: false, problem: `can't parse entities: ${problem}` });
  });

  test('takes an ampersand that begins no reference as it is, and a link to nowhere as text', () => {
    expect(parseHtml('a & b &nope; &#8364; <a>x</a>')).toEqual({
      ok: true,
      text: 'a & b &nope; € x',
      entities: [],
    });
  });

  test('is trimmed with what it marks, and gains the addresses and commands in it', () => {
    expect(trimmed(' \n bold https://a.example/x. /help ', [{ type: 'bold', offset: 1, length: 6 }])).toEqual({
      text: 'bold https://a.example/x. /help',
      entities: [
        { type: 'bold', offset: 0, length: 4 },
        { type: 'url', offset: 5, length: 19 },
        { type: 'bot_command', offset: 26, length: 5 },
      ],
    });
  });
});
