const DISCORD_EPOCH_MS = 1_420_070_400_000n;

/** Discord's ids: 42 bits of milliseconds since 2015, 22 bits that tell ids of one millisecond apart. */
export const createSnowflakes = (): (() => string) => {
  let last = 0n;
  return () => {
    const now = (BigInt(Date.now()) - DISCORD_EPOCH_MS) << 22n;
    last = now > last ? now : last + 1n;
    return String(last);
  };
};
