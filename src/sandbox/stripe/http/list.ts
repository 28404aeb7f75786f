import type { ListOf } from '../types.ts';
import { invalid, noSuch } from './refusal.ts';
import type { Call } from './route.ts';

const LIMIT_USUAL = 10;
const LIMIT_MAX = 100;

interface Dated {
  readonly id: string;
  readonly created?: number;
}

/** `created=…` or `created[gte]=…` and its like. */
export const rangeFilter = (call: Call, param: string): ((at: number) => boolean) => {
  const value = call.params.form[param];
  if (value === undefined || value === '') return () => true;
  if (typeof value === 'string') {
    const exact = call.params.integer(param);
    return (at) => at === exact;
  }
  const range = call.params.hash(param);
  const [gt, gte, lt, lte] = ['gt', 'gte', 'lt', 'lte'].map((key) => range?.integer(key));
  return (at) =>
    (gt === undefined || at > gt) &&
    (gte === undefined || at >= gte) &&
    (lt === undefined || at < lt) &&
    (lte === undefined || at <= lte);
};

/**
 * One page of a list, newest first: `limit`, `starting_after`, `ending_before` and `created` as Stripe reads them. The
 * objects come oldest first, already filtered by what else the call asks for.
 */
export const listOf = <Item extends Dated>(call: Call, oldestFirst: readonly Item[]): ListOf<Item> => {
  const { params } = call;
  const limit = params.integer('limit') ?? LIMIT_USUAL;
  if (limit < 1 || limit > LIMIT_MAX)
    throw invalid(
      limit < 1 ? 'This value must be greater than or equal to 1.' : `This value must be less than or equal to 100.`,
      'limit',
      'parameter_invalid_integer',
    );
  const after = params.text('starting_after');
  const before = params.text('ending_before');
  if (after && before)
    throw invalid('You may only specify one of these parameters: starting_after, ending_before.', 'starting_after');
  const isCreated = rangeFilter(call, 'created');
  const items = oldestFirst.filter(({ created }) => created === undefined || isCreated(created)).reverse();
  const placeOf = (id: string, param: string): number => {
    const at = items.findIndex((item) => item.id === id);
    if (at < 0) throw noSuch('object', id, param);
    return at;
  };
  if (before) {
    const end = placeOf(before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', data: items.slice(start, end), has_more: start > 0, url: call.url };
  }
  const start = after ? placeOf(after, 'starting_after') + 1 : 0;
  const data = items.slice(start, start + limit);
  return { object: 'list', data, has_more: start + data.length < items.length, url: call.url };
};

/** The call's filters by equality: each parameter that was sent must equal the object's field. */
export const filtered = <Item extends object>(
  call: Call,
  items: readonly Item[],
  fields: Readonly<Record<string, (item: Item) => unknown>>,
): readonly Item[] => {
  const wanted = Object.entries(fields).flatMap(([param, field]) => {
    const value = call.params.text(param);
    return value === undefined || value === null ? [] : [{ field, value }];
  });
  return wanted.length === 0
    ? items
    : items.filter((item) => wanted.every(({ field, value }) => String(field(item)) === value));
};
