import { expect, test } from 'bun:test';
import { nameOf } from './person.ts';
import { claimed, declined, escapeHtml, invitation, status } from './words.ts';

const ADDRESSES = { chats: 'https://site.example/account/chats?a=1&b="2"', plans: 'https://site.example/plans' };

test.each([
  [{ first_name: 'Robin' }, 'Robin'],
  [{ first_name: 'Robin', last_name: 'Hale' }, 'Robin Hale'],
  [{ first_name: '\u202egnp.exe\u200b\n', last_name: '\u0007\u2028' }, 'gnp.exe'],
  [{ first_name: '\u0000\u200b' }, ''],
  [{ first_name: 'x'.repeat(200) }, 'x'.repeat(64)],
  [{ first_name: `${'x'.repeat(63)}\u{1f600}` }, 'x'.repeat(63)],
  [{ first_name: `${'x'.repeat(62)}\u{1f600}` }, `${'x'.repeat(62)}\u{1f600}`],
])('a name of a stranger’s choosing is letters on one line, and whole ones: %j', (user, name) => {
  expect(nameOf(user)).toBe(name);
});

test('whatever comes from outside is text in the bot’s words, never markup', () => {
  const hostile = '<a href="https://evil.example">&</a>';
  const texts = [
    claimed('claimed', hostile, ADDRESSES),
    invitation('premium', 'https://t.example/+"><b>'),
    declined('basic', null, ADDRESSES),
    status({ tier: 'free', room: null, standing: null }, ADDRESSES),
  ];
  for (const text of texts) expect(text).not.toMatch(/evil\.example">|<b>|b="2"/);
  expect(texts[0]).toContain(escapeHtml(hostile));
});
