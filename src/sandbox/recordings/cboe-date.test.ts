import { expect, test } from 'bun:test';
import { parseExpiration, parseExportTime } from './cboe-date.ts';

const EXPORTS: readonly (readonly [written: string, utc: string])[] = [
  ['Date: September 14, 2023 at 4:31 PM EDT', '2023-09-14T20:31:00Z'],
  ['Date: June 11, 2022, 8:47 PM EDT', '2022-06-12T00:47:00Z'],
  ['Date: February 5 2022, 8:26 PM EST', '2022-02-06T01:26:00Z'],
  ['Date: 23 de marzo de 2022, 10:11 GMT-4', '2022-03-23T14:11:00Z'],
  ['Thu Sep 14 2023 16:31:00 GMT-0400 (Eastern Daylight Time)', '2023-09-14T20:31:00Z'],
  ['Thu Sep 14 2023 16:31:00', '2023-09-14T20:31:00Z'],
  ['Date: 14 septembre 2023 à 22:31 UTC+2', '2023-09-14T20:31:00Z'],
  ['Date: mar. 22 mars 2022 à 10:11 GMT−4', '2022-03-22T14:11:00Z'],
  ['Date: martes, 22 de noviembre de 2022, 10:11 GMT-5', '2022-11-22T15:11:00Z'],
  ['Date: mar 22 nov 2022, 10:11 a. m. GMT-5', '2022-11-22T15:11:00Z'],
  ['Date: 14. September 2023 um 22:31 MESZ GMT+2', '2023-09-14T20:31:00Z'],
  ['Date: 3. März 2022 um 16:31 GMT+1', '2022-03-03T15:31:00Z'],
  ['Date: 1 de março de 2022 12:00 GMT-3', '2022-03-01T15:00:00Z'],
  ['Date: December 1, 2022, 12:05 AM EST', '2022-12-01T05:05:00Z'],
  ['Date: 2022年3月23日 GMT-4 10:11', '2022-03-23T14:11:00Z'],
  ['Date: 2023-09-14 16:31', '2023-09-14T20:31:00Z'],
  ['Date: 23/03/2022, 10:11:30 GMT-4', '2022-03-23T14:11:30Z'],
  ['Date: 14. September 2023 um 16:31 Uhr', '2023-09-14T20:31:00Z'],
  ['Date: gio 14 set 2023, 22:31 GMT+2', '2023-09-14T20:31:00Z'],
  ['Date: quinta-feira, 14 de setembro de 2023 17:31 GMT-3', '2023-09-14T20:31:00Z'],
  ['Date: jeudi 14 septembre 2023, 16 h 31 UTC−4', '2023-09-14T20:31:00Z'],
  ['Date: martedì 22 marzo 2022 10:11 GMT-4', '2022-03-22T14:11:00Z'],
  ['Date: September 14, 2023 at 4:31 PM ET', '2023-09-14T20:31:00Z'],
];

test.each(EXPORTS)('an export of "%s" was made at %s', (written, utc) => {
  const at = parseExportTime(written);
  expect(at === null ? null : new Date(at).toISOString()).toBe(utc.replace('Z', '.000Z'));
});

test.each([
  'Date: 03/04/2022, 10:11 GMT-4',
  'Date: soon',
  '',
  'Date: February 30, 2022, 8:26 PM EST',
  'Date: June 11, 2022, 28:47',
  'Date: June 11, 2022',
  // Zones that are not known are not taken for New York's.
  'Date: 14. September 2023 um 22:31 MESZ',
  'Date: 14 settembre 2023, 22:31 CEST',
  'Date: September 14, 2023 at 9:31 PM BST',
])('a date that cannot be told is not guessed: "%s"', (written) => {
  expect(parseExportTime(written)).toBeNull();
});

test('expirations are read with and without their weekday', () => {
  expect(parseExpiration('Wed Mar 23 2022')).toBe('2022-03-23' as never);
  expect(parseExpiration('Fri May 03 2024')).toBe('2024-05-03' as never);
  expect(parseExpiration('2022-03-23')).toBe('2022-03-23' as never);
  expect(parseExpiration('mié 23 mar 2022')).toBe('2022-03-23' as never);
  expect(parseExpiration('Wed')).toBeNull();
});
