import { join } from 'node:path';
import type { EngineOptions } from '../../../src/process/engine-options.ts';

export interface EngineProcess {
  exited(): boolean;
  /** Dies at once, unattended. */
  strike(): void;
  struck(): boolean;
  /** As by a crash. */
  kill(): Promise<void>;
  /** Seals the run. */
  end(): Promise<void>;
}

export const launchEngine = async (options: EngineOptions): Promise<EngineProcess> => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '..', 'engine-process.ts')], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  });
  child.stdin.write(`${JSON.stringify(options)}\n`);
  await child.stdin.flush();
  const reader = child.stdout.getReader();
  const { value, done } = await reader.read();
  if (done || !value) throw new Error(`the engine process ended with ${await child.exited} before it had started`);
  let struck = false;
  return {
    strike: () => {
      struck = true;
      child.kill('SIGKILL');
    },
    struck: () => struck,
    exited: () => child.exitCode !== null || child.signalCode !== null,
    kill: async () => {
      child.kill('SIGKILL');
      await child.exited;
    },
    end: async () => {
      child.stdin.write('end\n');
      await child.stdin.flush();
      const code = await child.exited;
      if (code !== 0) throw new Error(`the engine process ended with ${code} when it was to seal its run`);
    },
  };
};
