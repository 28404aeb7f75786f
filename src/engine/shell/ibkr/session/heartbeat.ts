/** Beats that may pass without a word before the connection is given up. */
const MISSED_MAX = 2;

export interface Heartbeat {
  /** Something came. */
  heard(): void;
  start(): void;
  stop(): void;
}

/**
 * Our own pulse of the connection, for a socket does not always say that it is dead. Every beat asks for an answer; two
 * in a row without a single message from TWS, whatever it says, end the connection.
 */
export const createHeartbeat = (options: {
  /** Wall milliseconds. */
  readonly everyMs: number;
  readonly ask: () => void;
  readonly onMissed: (beats: number) => void;
}): Heartbeat => {
  let timer: ReturnType<typeof setInterval> | null = null;
  let heard = true;
  let missed = 0;
  const beat = (): void => {
    missed = heard ? 0 : missed + 1;
    heard = false;
    if (missed >= MISSED_MAX) options.onMissed(missed);
    else options.ask();
  };
  const stop = (): void => {
    if (timer) clearInterval(timer);
    timer = null;
  };
  return {
    heard: () => {
      heard = true;
    },
    start: () => {
      stop();
      heard = true;
      missed = 0;
      timer = setInterval(beat, options.everyMs);
    },
    stop,
  };
};
