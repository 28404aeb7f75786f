/** Countries that a card may be from, ISO 3166 alpha-2. */
const CODES =
  'US AU AT BE BR CA CZ DK EE FI FR DE GR HK HU IE IL IN IS IT JP KR LT LU LV MX MT NL NZ NO PL PT RO SG SI SK ES SE CH AE GB ZA';

const names = new Intl.DisplayNames('en', { type: 'region' });

export const COUNTRIES: readonly { readonly code: string; readonly name: string }[] = CODES.split(' ')
  .map((code) => ({ code, name: names.of(code) ?? code }))
  .sort((a, b) => (a.code === 'US' ? -1 : b.code === 'US' ? 1 : a.name.localeCompare(b.name, 'en')));
