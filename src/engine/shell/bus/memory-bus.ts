import type { Bus, Topic } from '../../ports/bus.ts';

interface Envelope {
  readonly topic: Topic;
  readonly message: unknown;
}

/**
 * Between the threads of one process: every bus of the same name hears the others, and itself.
 * Messages are plain JSON; what cannot be cloned is refused by throwing, since it is a programming error.
 */
export const createMemoryBus = (options: { readonly name: string }): Bus => {
  const channel = new BroadcastChannel(options.name);
  const listeners = new Map<Topic, Set<(message: unknown) => void>>();
  let closed = false;
  const deliver = (topic: Topic, message: unknown): void => {
    for (const listener of [...(listeners.get(topic) ?? [])]) listener(message);
  };
  channel.onmessage = ({ data }: { data: Envelope }) => deliver(data.topic, data.message);
  return {
    publish: (topic, message) => {
      if (closed) return;
      // The channel copies by itself; a copy of our own is for listeners on this end alone.
      if (!listeners.get(topic)?.size) {
        channel.postMessage({ topic, message } satisfies Envelope);
        return;
      }
      const envelope: Envelope = structuredClone({ topic, message });
      channel.postMessage(envelope);
      queueMicrotask(() => {
        if (!closed) deliver(topic, envelope.message);
      });
    },
    subscribe: (topic, listener) => {
      const own = (message: unknown): void => listener(message);
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set.add(own));
      return () => set.delete(own);
    },
    close: async () => {
      closed = true;
      listeners.clear();
      channel.close();
    },
  };
};
