import type { Address, FormParams, FormValue, Metadata } from '../types.ts';
import { invalid, missingParam } from './refusal.ts';

const isHash = (value: FormValue | undefined): value is { readonly [key: string]: FormValue } =>
  typeof value === 'object' && !Array.isArray(value);
const isList = (value: FormValue | undefined): value is readonly FormValue[] => Array.isArray(value);

/**
 * Reads a request's parameters by kind. A parameter that is left out is `undefined`; one sent empty is Stripe's way of
 * taking a value away and reads as `null`.
 */
export class Params {
  readonly form: FormParams;
  readonly #prefix: string;
  readonly #read = new Set<string>();
  readonly #inner = new Map<string, readonly Params[]>();
  constructor(form: FormParams, prefix = '') {
    this.form = form;
    this.#prefix = prefix;
  }

  /** Names of what was sent and nobody has read: what the sandbox would otherwise pass over in silence. */
  unread(): readonly string[] {
    return Object.keys(this.form).flatMap((key) => {
      if (!this.#read.has(key)) return [this.name(key)];
      return (this.#inner.get(key) ?? []).flatMap((inner) => inner.unread());
    });
  }

  /** The whole of it, read by whoever takes it over. */
  all(): FormParams {
    for (const key of Object.keys(this.form)) this.#take(key);
    return this.form;
  }

  #take(key: string): FormValue | undefined {
    this.#read.add(key);
    return this.form[key];
  }

  /** The same reader each time, so that it knows all that was read. */
  #within(key: string, make: () => readonly Params[]): readonly Params[] {
    const known = this.#inner.get(key) ?? make();
    this.#inner.set(key, known);
    return known;
  }

  /** The parameter's full name, as error answers tell it. */
  name(key: string): string {
    return this.#prefix === '' ? key : `${this.#prefix}[${key}]`;
  }

  has(key: string): boolean {
    return this.form[key] !== undefined;
  }

  text(key: string): string | null | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw invalid('Invalid string', this.name(key), 'parameter_invalid_string');
    return value === '' ? null : value;
  }

  required(key: string): string {
    const value = this.text(key);
    if (value === undefined) throw missingParam(this.name(key));
    if (value === null)
      throw invalid(
        `You passed an empty string for '${this.name(key)}'. We assume empty values are an attempt to unset a parameter; however '${this.name(key)}' cannot be unset.`,
        this.name(key),
        'parameter_invalid_empty',
      );
    return value;
  }

  number(key: string): number | undefined {
    const value = this.text(key);
    if (value === undefined || value === null) return undefined;
    const read = Number(value);
    if (!Number.isFinite(read)) throw invalid(`Invalid decimal: ${value}`, this.name(key), 'parameter_invalid_decimal');
    return read;
  }

  integer(key: string): number | undefined {
    const value = this.text(key);
    if (value === undefined || value === null) return undefined;
    if (!/^-?\d{1,15}$/.test(value))
      throw invalid(`Invalid integer: ${value}`, this.name(key), 'parameter_invalid_integer');
    return Number(value);
  }

  flag(key: string): boolean | undefined {
    const value = this.text(key);
    if (value === undefined || value === null) return undefined;
    if (value !== 'true' && value !== 'false')
      throw invalid(`Invalid boolean: ${value}`, this.name(key), 'parameter_invalid_boolean');
    return value === 'true';
  }

  /** A time in seconds, or `now` where Stripe takes that word. */
  instant(key: string, nowSeconds: number): number | undefined {
    return this.#take(key) === 'now' ? nowSeconds : this.integer(key);
  }

  oneOf<const Value extends string>(key: string, values: readonly Value[]): Value | undefined {
    const value = this.text(key);
    if (value === undefined || value === null) return undefined;
    const found = values.find((known) => known === value);
    if (found === undefined)
      throw invalid(`Invalid ${this.name(key)}: must be one of ${values.join(', ')}`, this.name(key));
    return found;
  }

  hash(key: string): Params | undefined {
    const value = this.#take(key);
    if (value === undefined || value === '') return undefined;
    if (!isHash(value)) throw invalid('Invalid object', this.name(key), 'parameter_invalid_object');
    return this.#within(key, () => [new Params(value, this.name(key))])[0];
  }

  /** Undefined when left out; empty when cleared. */
  hashes(key: string): readonly Params[] | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (value === '') return [];
    if (!isList(value)) throw invalid('Invalid array', this.name(key));
    return this.#within(key, () =>
      value.map((entry, at) => {
        if (!isHash(entry)) throw invalid('Invalid object', `${this.name(key)}[${at}]`);
        return new Params(entry, `${this.name(key)}[${at}]`);
      }),
    );
  }

  texts(key: string): readonly string[] | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (value === '') return [];
    if (!isList(value)) throw invalid('Invalid array', this.name(key));
    return value.map((entry) => {
      if (typeof entry !== 'string') throw invalid('Invalid string', this.name(key));
      return entry;
    });
  }

  /** The old pairs with the sent ones over them; an empty value takes its pair away, an empty hash all of them. */
  metadata(old: Metadata = {}): Metadata {
    const value = this.#take('metadata');
    if (value === undefined) return old;
    if (value === '') return {};
    if (!isHash(value)) throw invalid('Invalid object', this.name('metadata'));
    const merged: Record<string, string> = { ...old };
    for (const [key, entry] of Object.entries(value)) {
      if (typeof entry !== 'string') throw invalid('Metadata values must be strings', this.name(`metadata][${key}`));
      if (key.length > 40) throw invalid('Metadata keys can be up to 40 characters', this.name('metadata'));
      if (entry.length > 500) throw invalid('Metadata values can be up to 500 characters', this.name('metadata'));
      if (entry === '') delete merged[key];
      else merged[key] = entry;
    }
    if (Object.keys(merged).length > 50) throw invalid('Metadata can have up to 50 keys', this.name('metadata'));
    return merged;
  }

  address(key: string, old: Address | null = null): Address | null {
    if (this.#take(key) === '') return null;
    const sent = this.hash(key);
    if (!sent) return old;
    const part = (name: keyof Address): string | null => {
      const value = sent.text(name);
      return value === undefined ? (old?.[name] ?? null) : value;
    };
    return {
      city: part('city'),
      country: part('country'),
      line1: part('line1'),
      line2: part('line2'),
      postal_code: part('postal_code'),
      state: part('state'),
    };
  }
}
