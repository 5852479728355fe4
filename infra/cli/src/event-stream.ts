export interface ServerSentEvent {
  id?: string;
  event: string;
  data: string;
}

/** The events of a text/event-stream, by the HTML standard. An event that is incomplete at the end is dropped. */
export async function* readEventStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let fields: { name: string; value: string }[] = [];
  for await (const line of linesOf(body)) {
    if (line === '') {
      const event = toEvent(fields);
      fields = [];
      if (event) yield event;
    } else if (!line.startsWith(':')) {
      const colon = line.indexOf(':');
      const name = colon < 0 ? line : line.slice(0, colon);
      fields.push({ name, value: colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '') });
    }
  }
}
function toEvent(fields: readonly { name: string; value: string }[]): ServerSentEvent | undefined {
  const values = (name: string) => fields.filter((field) => field.name === name).map(({ value }) => value);
  const data = values('data');
  if (!data.length) return undefined;
  const id = values('id').at(-1);
  return { event: values('event').at(-1) ?? 'message', data: data.join('\n'), ...(id !== undefined && { id }) };
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    const lines = text.split(/\r?\n/);
    text = lines.pop()!;
    yield* lines;
  }
}
