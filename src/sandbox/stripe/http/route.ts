import type { FormParams } from '../types.ts';
import type { World } from '../world.ts';
import { Params } from './params.ts';

/** One request after its form was read. */
export interface Call {
  readonly params: Params;
  /** What the path names, by the name the specification has for it. */
  readonly path: Readonly<Record<string, string>>;
  /** The part of the path that a list's `url` repeats. */
  readonly url: string;
}
export type Answer = (world: World, call: Call) => object;
/** By method and path of the specification: `POST /v1/customers/{customer}`. */
export type Routes = Readonly<Record<string, Answer>>;

export const callOf = (form: FormParams, path: Readonly<Record<string, string>>, url: string): Call => ({
  params: new Params(form),
  path,
  url,
});

/** What the route's pattern says is in the path. */
export const inPath = (call: Call, name: string): string => {
  const value = call.path[name];
  if (value === undefined) throw new Error(`the path has no {${name}}`);
  return value;
};
