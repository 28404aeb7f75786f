import type { Metadata } from '../types.ts';
import { invalid } from './refusal.ts';
import type { Call } from './route.ts';

interface Found<Item> {
  readonly object: 'search_result';
  readonly data: readonly Item[];
  readonly has_more: boolean;
  readonly next_page: string | null;
  readonly url: string;
}

const TERM =
  /^(-?)(metadata\["([^"]+)"\]|metadata\['([^']+)'\]|\w+)\s*(:|~|>=|<=|>|<)\s*(?:"([^"]*)"|'([^']*)'|(\S+))$/;

const holds = (value: unknown, sign: string, wanted: string): boolean => {
  if (value === null || value === undefined) return false;
  switch (sign) {
    case '~':
      return String(value).toLowerCase().includes(wanted.toLowerCase());
    case '>':
      return Number(value) > Number(wanted);
    case '<':
      return Number(value) < Number(wanted);
    case '>=':
      return Number(value) >= Number(wanted);
    case '<=':
      return Number(value) <= Number(wanted);
    default:
      return String(value).toLowerCase() === wanted.toLowerCase();
  }
};

/**
 * Stripe's search language as far as equality, substring, comparison, negation and one of AND or OR go. Pages are named
 * by where they start. Stripe's index lags by up to a minute behind writes; this one does not.
 */
export const search = <Item extends { readonly id: string; readonly metadata: Metadata }>(
  call: Call,
  oldestFirst: readonly Item[],
  fields: Readonly<Record<string, (item: Item) => unknown>>,
): Found<Item> => {
  const query = call.params.required('query').trim();
  const [hasAnd, hasOr] = [/\sAND\s/i.test(query), /\sOR\s/i.test(query)];
  if (hasAnd && hasOr) throw invalid('A query may use AND or OR, not both.', 'query');
  const tests = query.split(/\s+(?:AND|OR)\s+|\s+(?=-?(?:metadata\[|\w+\s*[:~<>]))/i).map((term) => {
    const read = TERM.exec(term.trim());
    if (!read) throw invalid(`We were unable to parse your search query near: ${term}`, 'query');
    const [, minus, name = '', double, single, sign = ':', ...values] = read;
    const wanted = values.find((value) => value !== undefined) ?? '';
    const key = double ?? single;
    const field = key === undefined ? fields[name] : undefined;
    if (key === undefined && !field) throw invalid(`Field \`${name}\` is an unsupported search field.`, 'query');
    return (item: Item): boolean => {
      const value = key === undefined ? field?.(item) : item.metadata[key];
      const isNull = wanted === 'null' && sign === ':';
      const found = isNull ? value === null || value === undefined : holds(value, sign, wanted);
      return minus === '-' ? !found : found;
    };
  });
  const matches = oldestFirst
    .filter((item) => (hasOr ? tests.some((test) => test(item)) : tests.every((test) => test(item))))
    .reverse();
  const limit = call.params.integer('limit') ?? 10;
  const start = Number(call.params.text('page') ?? 0);
  const data = matches.slice(start, start + limit);
  const has_more = start + data.length < matches.length;
  return {
    object: 'search_result',
    data,
    has_more,
    next_page: has_more ? String(start + data.length) : null,
    url: call.url,
  };
};
