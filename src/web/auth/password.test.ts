import { describe, expect, test } from 'bun:test';
import { dictionary } from '@zxcvbn-ts/language-common';
import { hashPassword, passwordProblem, verifyPassword } from './password.ts';

describe('a password', () => {
  test('is refused when it is among the three thousand that fit and leaked most often, in any case', () => {
    const fitting = dictionary['passwords-common'].filter((password) => [...password].length >= 8).slice(0, 3_000);
    expect(fitting).toHaveLength(3_000);
    for (const password of fitting) {
      expect(passwordProblem(password)).toContain('among the first');
      expect(passwordProblem(password.toUpperCase())).toContain('among the first');
    }
  });

  test.each(['trading123', 'wallstreet', 'TRADER123'])(
    'is held against what guessers of traders try: %s',
    (password) => {
      expect(passwordProblem(password)).toContain('among the first');
    },
  );

  test.each([
    'four unrelated words here',
    'aaaaaaaab',
    '        a',
    'пароль из восьми слов',
    '🐎🔋📎🐎🔋📎🐎🔋',
    'x'.repeat(256),
    '<script>"\'&',
  ])('of any characters will do, without rules of composition: %s', (password) => {
    expect(passwordProblem(password)).toBeNull();
  });

  test('is taken to its last character, blanks at both ends included', async () => {
    const hash = await hashPassword(` ${'p'.repeat(200)} `);
    expect(await verifyPassword(` ${'p'.repeat(200)} `, hash)).toBe(true);
    for (const near of [`${'p'.repeat(200)} `, ` ${'p'.repeat(200)}`, ` ${'p'.repeat(199)} `])
      expect(await verifyPassword(near, hash)).toBe(false);
  });

  test('of nobody never fits', async () => {
    expect(await verifyPassword('nobody has this password', null)).toBe(false);
  });
});
