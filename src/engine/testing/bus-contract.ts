import { afterEach, expect, test } from 'bun:test';
import type { Bus } from '../ports/bus.ts';

const eventually = async (what: string, holds: () => boolean): Promise<void> => {
  const deadline = Date.now() + 3_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 3000 ms`);
    await Bun.sleep(5);
  }
};

/** What every bus must do. `create` opens two ends of one and the same bus, ready to carry. */
export const busContract = (create: () => Promise<readonly [Bus, Bus]>): void => {
  const open: Bus[] = [];
  const pair = async (): Promise<readonly [Bus, Bus]> => {
    const ends = await create();
    open.push(...ends);
    return ends;
  };
  afterEach(async () => {
    for (const bus of open.splice(0)) await bus.close();
  });

  test('a message reaches the other end and the publisher itself, unchanged, once', async () => {
    const [here, there] = await pair();
    const heard: unknown[] = [];
    here.subscribe('engine.view', (message) => heard.push(['here', message]));
    there.subscribe('engine.view', (message) => heard.push(['there', message]));
    await Bun.sleep(50);
    const message = { seq: 1, text: 'é "quoted" 漢', none: null, list: [1, { deep: true }] };
    here.publish('engine.view', message);
    await eventually('both ends', () => heard.length >= 2);
    await Bun.sleep(50);
    expect(heard).toHaveLength(2);
    expect(heard).toContainEqual(['here', message]);
    expect(heard).toContainEqual(['there', message]);
  });

  test('topics are apart, and messages of one topic keep their order', async () => {
    const [here, there] = await pair();
    const heard: unknown[] = [];
    there.subscribe('signals.committed', (message) => heard.push(message));
    await Bun.sleep(50);
    here.publish('commands.given', 'another topic');
    for (let n = 0; n < 50; n += 1) here.publish('signals.committed', n);
    await eventually('all', () => heard.length >= 50);
    expect(heard).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  test('one of two listeners that unsubscribes hears no more; the other does', async () => {
    const [here, there] = await pair();
    const first: unknown[] = [];
    const second: unknown[] = [];
    const unsubscribe = there.subscribe('engine.status', (message) => first.push(message));
    there.subscribe('engine.status', (message) => second.push(message));
    await Bun.sleep(50);
    here.publish('engine.status', 1);
    await eventually('first message', () => first.length === 1 && second.length === 1);
    unsubscribe();
    here.publish('engine.status', 2);
    await eventually('second message', () => second.length === 2);
    expect(first).toEqual([1]);
  });

  test("what is published does not change with the publisher's object", async () => {
    const [here] = await pair();
    const heard: unknown[] = [];
    here.subscribe('engine.view', (message) => heard.push(message));
    await Bun.sleep(50);
    const reused = { seq: 1 };
    here.publish('engine.view', reused);
    reused.seq = 2;
    await eventually('message', () => heard.length === 1);
    expect(heard).toEqual([{ seq: 1 }]);
  });

  test('a closed bus takes calls and does nothing', async () => {
    const [here] = await pair();
    const heard: unknown[] = [];
    here.subscribe('engine.view', (message) => heard.push(message));
    await here.close();
    here.publish('engine.view', 1);
    await Bun.sleep(50);
    expect(heard).toEqual([]);
  });
};
