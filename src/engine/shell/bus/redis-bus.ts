import type { Bus, Topic } from '../../ports/bus.ts';
import type { Log } from '../../ports/log.ts';
import { connectRedis } from '../redis/connection.ts';

/** Between machines: Redis publish/subscribe. A Redis that is away loses hints and throws nothing; subscriptions return with it. */
export const createRedisBus = (options: {
  readonly url: string;
  /** Keeps installations on one Redis apart: channels are `${prefix}:${topic}`. */
  readonly prefix: string;
  readonly log: Log;
}): Bus => {
  const { prefix, log } = options;
  let lost = 0;
  let closed = false;
  const connect = (part: string) => connectRedis({ url: options.url, part, log, lost: () => lost });
  const publisher = connect('bus publisher');
  const subscriber = connect('bus subscriber');
  const listeners = new Map<Topic, Set<(message: unknown) => void>>();

  const channelOf = (topic: Topic): string => `${prefix}:${topic}`;
  const subscribeAt = (topics: readonly Topic[]): void => {
    if (topics.length === 0 || subscriber.status !== 'ready') return;
    subscriber.subscribe(...topics.map(channelOf)).catch(() => {});
  };
  subscriber.on('ready', () => subscribeAt([...listeners.keys()]));
  subscriber.on('message', (channel: string, text: string) => {
    const topic = channel.slice(prefix.length + 1) as Topic;
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      log('warn', 'a hint on the bus was not JSON', { channel });
      return;
    }
    for (const listener of [...(listeners.get(topic) ?? [])]) listener(message);
  });

  return {
    publish: (topic, message) => {
      if (closed) return;
      publisher.publish(channelOf(topic), JSON.stringify(message)).catch(() => {
        lost += 1;
      });
    },
    subscribe: (topic, listener) => {
      const own = (message: unknown): void => listener(message);
      const set = listeners.get(topic) ?? new Set();
      if (!listeners.has(topic)) {
        listeners.set(topic, set);
        subscribeAt([topic]);
      }
      set.add(own);
      return () => set.delete(own);
    },
    close: async () => {
      closed = true;
      listeners.clear();
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
};
