/** One server-sent event. */
export interface IEvent {
  event: string;
  data: string;
}

/**
 * Read server-sent events out of a stream of bytes, until it ends.
 *
 * `EventSource` cannot send the token's header, so the stream is read with `fetch`.
 */
export async function* events(stream: ReadableStream<Uint8Array>): AsyncGenerator<IEvent> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const found = parse(block);
        if (found) {
          yield found;
        }
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function parse(block: string): IEvent | null {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field === 'event') {
      event = value ?? '';
    } else if (field === 'data') {
      data.push(value ?? '');
    }
  }
  return data.length ? { event, data: data.join('\n') } : null;
}
