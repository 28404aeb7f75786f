const encoder = new TextEncoder();

/** Lines end in LF alone: htmx splits a CRLF that a chunk boundary cuts into two. */
const dataLines = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('');

/** An unnamed message: htmx swaps it into the page, and its id becomes the cursor to resume from. */
export const messageFrame = (id: string, html: string): Uint8Array => encoder.encode(`id: ${id}\n${dataLines(html)}\n`);

/** A named message: dispatched as a DOM event, never swapped; leaves the cursor alone. */
export const eventFrame = (name: 'heartbeat' | 'reset' | 'access', data: unknown): Uint8Array =>
  encoder.encode(`event: ${name}\n${dataLines(JSON.stringify(data))}\n`);

/** First bytes of a stream. `retryMs` spreads the reconnects of many clients. */
export const openingFrame = (retryMs: number): Uint8Array => encoder.encode(`retry: ${retryMs}\n: open\n\n`);

export const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
};
