import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.array(z.object({ endpointId: z.string(), secret: z.string(), untilSeconds: z.number() }));
type Kept = z.infer<typeof schema>[number];

/** Signing secrets that were replaced and are still valid for a while. */
export class RolledSecrets {
  readonly #file: string | null;
  #kept: readonly Kept[] = [];

  constructor(stateFolder: string | null) {
    this.#file = stateFolder === null ? null : join(stateFolder, 'webhook-secrets.json');
    if (this.#file && existsSync(this.#file)) this.#kept = schema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
  }

  /** Newest first. */
  validAt(endpointId: string, nowSeconds: number): readonly string[] {
    return this.#kept
      .filter((kept) => kept.endpointId === endpointId && kept.untilSeconds > nowSeconds)
      .map(({ secret }) => secret);
  }

  keep(endpointId: string, secret: string, untilSeconds: number): void {
    this.#kept = [{ endpointId, secret, untilSeconds }, ...this.#kept];
    if (!this.#file) return;
    mkdirSync(join(this.#file, '..'), { recursive: true });
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#kept));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
