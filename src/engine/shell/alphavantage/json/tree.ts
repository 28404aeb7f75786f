import { asciiText, type JsonHandler } from './reader.ts';

type Container = unknown[] | Record<string, unknown>;

/** Builds what `JSON.parse` would, from a reader that may pause between any two pieces. */
export class JsonTree implements JsonHandler {
  root: unknown;
  readonly #open: Container[] = [];
  readonly #keys: string[] = [];

  openObject(): void {
    this.#enter({});
  }
  openArray(): void {
    this.#enter([]);
  }
  closeObject(): void {
    this.#open.pop();
    this.#keys.pop();
  }
  closeArray(): void {
    this.closeObject();
  }
  key(bytes: Uint8Array, start: number, end: number): void {
    this.keyText(asciiText(bytes, start, end));
  }
  keyText(text: string): void {
    this.#keys[this.#keys.length - 1] = text;
  }
  string(bytes: Uint8Array, start: number, end: number): void {
    this.#put(asciiText(bytes, start, end));
  }
  stringText(text: string): void {
    this.#put(text);
  }
  number(bytes: Uint8Array, start: number, end: number): void {
    this.#put(Number(asciiText(bytes, start, end)));
  }
  literal(value: boolean | null): void {
    this.#put(value);
  }

  #enter(container: Container): void {
    this.#put(container);
    this.#open.push(container);
    this.#keys.push('');
  }

  #put(value: unknown): void {
    const into = this.#open.at(-1);
    if (into === undefined) this.root = value;
    else if (Array.isArray(into)) into.push(value);
    else this.#set(into, this.#keys.at(-1) ?? '', value);
  }

  #set(into: Record<string, unknown>, key: string, value: unknown): void {
    // Assigning to this name would set the prototype instead.
    if (key === '__proto__')
      Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true });
    else into[key] = value;
  }
}
