export type Topic = 'engine.view' | 'engine.status' | 'signals.committed' | 'commands.given' | 'access.changed';

/** Hints between threads and machines. Lossy by contract: a lost message costs a poll interval, never a fact. */
export interface Bus {
  publish(topic: Topic, message: unknown): void;
  /** Returns how to unsubscribe. */
  subscribe(topic: Topic, listener: (message: unknown) => void): () => void;
  close(): Promise<void>;
}
