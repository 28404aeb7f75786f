import { Refusal } from '../http/refusal.ts';
import { idOf } from './ids.ts';
import type { Journal } from './journal.ts';
import { TABLE_NAMES, type TableName, type Tables } from './tables.ts';

type Rows = { readonly [Name in TableName]: Map<string, Tables[Name]> };

const customerOf = (object: object | undefined): string | undefined => {
  const customer = object && 'customer' in object ? object.customer : undefined;
  return typeof customer === 'string' ? customer : undefined;
};

/** All of the sandbox's objects, with one transaction at a time around whatever writes them. */
export class Store {
  readonly #rows: Rows;
  readonly #byCustomer = new Map<string, Set<string>>();
  readonly #counters = new Map<string, number>();
  readonly #seed: number;
  readonly #journal: Journal | null;
  readonly #changed: (table: TableName, id: string) => void;
  #undo: (() => void)[] | null = null;
  #dirty = new Map<string, readonly [TableName, string]>();
  #countersDirty = false;
  #afterCommit: (() => void)[] = [];

  constructor(seed: number, journal: Journal | null, changed: (table: TableName, id: string) => void) {
    this.#seed = seed;
    this.#journal = journal;
    this.#changed = changed;
    this.#rows = Object.fromEntries(TABLE_NAMES.map((name) => [name, new Map()])) as unknown as Rows;
    for (const { rows, counters } of journal?.read() ?? []) {
      for (const [table, id, object] of rows) this.#place(table, id, object ?? undefined);
      for (const [prefix, count] of Object.entries(counters)) this.#counters.set(prefix, count);
    }
    journal?.compact(this.#snapshot());
  }

  get<Name extends TableName>(table: Name, id: string): Tables[Name] | undefined {
    return this.#rows[table].get(id);
  }

  /** Oldest first. */
  all<Name extends TableName>(table: Name): readonly Tables[Name][] {
    return [...this.#rows[table].values()];
  }

  /** Oldest first, without a copy: nothing may be written meanwhile. */
  each<Name extends TableName>(table: Name): IterableIterator<Tables[Name]> {
    return this.#rows[table].values();
  }

  /** The customer's own, oldest first. */
  of<Name extends TableName>(table: Name, customer: string): readonly Tables[Name][] {
    return [...(this.#byCustomer.get(`${table} ${customer}`) ?? [])].flatMap((id) => this.get(table, id) ?? []);
  }

  put<Name extends TableName>(table: Name, object: Tables[Name]): void {
    this.#write(table, object.id, object);
  }

  remove(table: TableName, id: string): void {
    this.#write(table, id, undefined);
  }

  newId(prefix: string): string {
    const count = this.counter(prefix);
    return idOf(this.#seed, prefix, count);
  }

  /** Counts up from 1. */
  counter(name: string): number {
    const count = this.number(name) + 1;
    this.setNumber(name, count);
    return count;
  }

  /** A kept number; 0 before it was ever set. */
  number(name: string): number {
    return this.#counters.get(name) ?? 0;
  }

  setNumber(name: string, value: number): void {
    if (!this.#undo) throw new Error('a write outside of a transaction');
    const before = this.number(name);
    this.#undo.push(() => this.#counters.set(name, before));
    this.#counters.set(name, value);
    this.#countersDirty = true;
  }

  /** Done once the running transaction has been kept; dropped when it is undone. */
  afterCommit(act: () => void): void {
    this.#afterCommit.push(act);
  }

  /** All of the work or none of it, but for a refusal that says otherwise. Inside another one it joins that. */
  transaction<Result>(work: () => Result): Result {
    if (this.#undo) return work();
    this.#undo = [];
    try {
      const result = work();
      this.#commit();
      return result;
    } catch (error) {
      if (error instanceof Refusal && error.keeps) this.#commit();
      else this.#rollback();
      throw error;
    }
  }

  /** Runs work whose writes are taken back whatever comes of it: for previews. */
  rehearse<Result>(work: () => Result): Result {
    const outer = this.#undo;
    const [dirty, acts, counted] = [new Map(this.#dirty), [...this.#afterCommit], this.#countersDirty];
    this.#undo = [];
    try {
      return work();
    } finally {
      for (const back of this.#undo.reverse()) back();
      [this.#undo, this.#dirty, this.#afterCommit, this.#countersDirty] = [outer, dirty, acts, counted];
    }
  }

  #write<Name extends TableName>(table: Name, id: string, object: Tables[Name] | undefined): void {
    if (!this.#undo) throw new Error('a write outside of a transaction');
    const before = this.get(table, id);
    this.#undo.push(() => this.#place(table, id, before));
    this.#dirty.set(`${table} ${id}`, [table, id]);
    this.#place(table, id, object);
  }

  #place<Name extends TableName>(table: Name, id: string, object: Tables[Name] | undefined): void {
    const rows = this.#rows[table];
    const [before, after] = [customerOf(rows.get(id)), customerOf(object)];
    if (object) rows.set(id, object);
    else rows.delete(id);
    if (before !== after) {
      if (before) this.#byCustomer.get(`${table} ${before}`)?.delete(id);
      if (after) {
        const key = `${table} ${after}`;
        const ids = this.#byCustomer.get(key) ?? new Set();
        this.#byCustomer.set(key, ids.add(id));
      }
    }
    this.#changed(table, id);
  }

  #commit(): void {
    const [dirty, acts] = [[...this.#dirty.values()], this.#afterCommit];
    this.#undo = null;
    this.#dirty = new Map();
    this.#afterCommit = [];
    if (dirty.length > 0 || this.#countersDirty)
      this.#journal?.append({
        rows: dirty.map(([table, id]) => [table, id, this.get(table, id) ?? null]),
        counters: Object.fromEntries(this.#counters),
      });
    this.#countersDirty = false;
    for (const act of acts) act();
  }

  #rollback(): void {
    for (const back of (this.#undo ?? []).reverse()) back();
    this.#undo = null;
    this.#dirty = new Map();
    this.#afterCommit = [];
    this.#countersDirty = false;
  }

  #snapshot(): Parameters<Journal['compact']>[0] {
    return {
      rows: TABLE_NAMES.flatMap((table) =>
        this.all(table).map((object) => [table, object.id, object] as [TableName, string, object]),
      ),
      counters: Object.fromEntries(this.#counters),
    };
  }
}
