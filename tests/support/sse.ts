export interface SseMessage {
  readonly event: string;
  readonly data: string;
  readonly id: string | null;
}

export interface SseClient {
  readonly response: Response;
  /** Everything received so far. */
  readonly messages: SseMessage[];
  /** Raw text received so far. */
  text(): string;
  /** The ids of unnamed messages, in order. */
  ids(): string[];
  /** Resolves once the condition holds; throws, showing what came, when it does not in time. */
  until(what: string, holds: (client: SseClient) => boolean, withinMs?: number): Promise<void>;
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

const parseMessage = (block: string): SseMessage | null => {
  const data: string[] = [];
  let event = '';
  let id: string | null = null;
  for (const line of block.split('\n')) {
    const [field, value = ''] = line.split(/: ?(.*)/s, 2);
    if (field === 'data') data.push(value);
    if (field === 'event') event = value;
    if (field === 'id') id = value;
  }
  return data.length > 0 || event ? { event, data: data.join('\n'), id } : null;
};

/** A reader of server-sent events over fetch, as strict about LF as htmx is. */
export const openSse = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<SseClient> => {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const messages: SseMessage[] = [];
  let text = '';
  let rest = '';
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    if (!response.body) return;
    for await (const chunk of response.body) {
      const piece = decoder.decode(chunk, { stream: true });
      text += piece;
      const blocks = (rest + piece).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const message = parseMessage(block);
        if (message) messages.push(message);
      }
    }
  };
  const ended = read().catch(() => {});
  const client: SseClient = {
    response,
    messages,
    ended,
    text: () => text,
    ids: () => messages.flatMap((message) => (message.event === '' && message.id !== null ? [message.id] : [])),
    async until(what, holds, withinMs = 3_000) {
      const deadline = performance.now() + withinMs;
      while (!holds(client)) {
        if (performance.now() > deadline)
          throw new Error(
            `${what}: not within ${withinMs} ms; received ${JSON.stringify(messages.slice(-5)).slice(0, 500)}`,
          );
        await Bun.sleep(5);
      }
    },
    close: () => abort.abort(),
  };
  return client;
};
