import { describe, expect, test } from 'bun:test';
import { busContract } from '../../testing/bus-contract.ts';
import { createMemoryBus } from './memory-bus.ts';

let names = 0;
describe('memory bus', () => {
  busContract(async () => {
    names += 1;
    const name = `bus-test-${process.pid}-${names}`;
    return [createMemoryBus({ name }), createMemoryBus({ name })];
  });

  test('a hint reaches another thread', async () => {
    const name = `bus-thread-${process.pid}`;
    const bus = createMemoryBus({ name });
    const heard = Promise.withResolvers<unknown>();
    bus.subscribe('engine.status', heard.resolve);
    const source = `
      import { createMemoryBus } from ${JSON.stringify(new URL('./memory-bus.ts', import.meta.url).href)};
      createMemoryBus({ name: ${JSON.stringify(name)} }).publish('engine.status', 'from the worker');
    `;
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'application/typescript' })));
    try {
      expect(await heard.promise).toBe('from the worker');
    } finally {
      worker.terminate();
      await bus.close();
    }
  });
});
