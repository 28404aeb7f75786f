/** Growing little-endian buffer of one block. Strings that repeat cost one byte after their first use in the block. */
export class ByteWriter {
  length = 0;
  private bytes: Uint8Array;
  private view: DataView;
  private readonly dictionary = new Map<string, number>();
  private readonly encoder = new TextEncoder();

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }
  /** Unsigned, up to 2^53. */
  varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new Error(`tape: expected a whole number from 0 to 2^53, got ${value}`);
    this.reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }
  float(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }
  raw(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }
  text(value: string): void {
    const encoded = this.encoder.encode(value);
    this.varint(encoded.length);
    this.raw(encoded);
  }
  /** A string that is likely to come again: number in the dictionary + 1, or 0 and the text itself. */
  name(value: string): void {
    const known = this.dictionary.get(value);
    if (known !== undefined) {
      this.varint(known + 1);
      return;
    }
    this.dictionary.set(value, this.dictionary.size);
    this.varint(0);
    this.text(value);
  }
  /** The bytes so far; the writer starts a new block. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    this.dictionary.clear();
    return taken;
  }
}

export class ByteReader {
  private at = 0;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly names: string[] = [];
  private readonly decoder = new TextDecoder();

  constructor(bytes: Uint8Array) {
    // A Buffer's `slice` would not copy.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  done(): boolean {
    return this.at >= this.bytes.length;
  }
  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error('tape: a block ended inside an entry');
    return value;
  }
  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const next = this.byte();
      value += (next & 127) * scale;
      if (next < 128) return value;
      scale *= 128;
    }
  }
  float(): number {
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }
  raw(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) throw new Error('tape: a block ended inside an entry');
    const value = this.bytes.slice(this.at, this.at + count);
    this.at += count;
    return value;
  }
  text(): string {
    return this.decoder.decode(this.raw(this.varint()));
  }
  name(): string {
    const reference = this.varint();
    if (reference === 0) {
      const value = this.text();
      this.names.push(value);
      return value;
    }
    const known = this.names[reference - 1];
    if (known === undefined) throw new Error(`tape: name ${reference} is not in the block's dictionary`);
    return known;
  }
}
