import type { FormParams, FormValue } from '../types.ts';

type Branch = Map<string, Branch | string>;

const pathOf = (key: string): readonly string[] => {
  const open = key.indexOf('[');
  if (open < 0) return [key];
  const inner = [...key.slice(open).matchAll(/\[([^\]]*)\]/g)].map(([, name]) => name ?? '');
  return [key.slice(0, open), ...inner];
};

const plant = (root: Branch, path: readonly string[], value: string): void => {
  let branch = root;
  path.forEach((step, at) => {
    // `a[]=x` takes the next free place.
    const name = step === '' ? String(branch.size) : step;
    if (at === path.length - 1) {
      branch.set(name, value);
      return;
    }
    const next = branch.get(name);
    const inner: Branch = next instanceof Map ? next : new Map();
    branch.set(name, inner);
    branch = inner;
  });
};

const grown = (branch: Branch, isMetadata: boolean): FormValue => {
  const names = [...branch.keys()];
  const read = (name: string): FormValue => {
    const value = branch.get(name);
    return value instanceof Map ? grown(value, name === 'metadata') : (value ?? '');
  };
  // What is under `metadata` is names of the caller's, even when they are numbers.
  if (!isMetadata && names.length > 0 && names.every((name) => /^\d+$/.test(name)))
    return names.sort((a, b) => Number(a) - Number(b)).map(read);
  return Object.fromEntries(names.map((name) => [name, read(name)]));
};

/** Reads `a=1&b[c]=2&d[0]=3&e[]=4`, the form in which Stripe takes queries and bodies. */
export const parseForm = (text: string): FormParams => {
  const root: Branch = new Map();
  for (const [key, value] of new URLSearchParams(text)) plant(root, pathOf(key), value);
  const params: Record<string, FormValue> = {};
  for (const [name, value] of root) params[name] = value instanceof Map ? grown(value, name === 'metadata') : value;
  return params;
};
