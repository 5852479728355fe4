import { readEventStream, type ServerSentEvent } from './event-stream.js';

async function read(...chunks: string[]) {
  async function* body() {
    for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
  }
  const events: ServerSentEvent[] = [];
  for await (const event of readEventStream(body())) events.push(event);
  return events;
}

describe('readEventStream', () => {
  it('is parsed across chunks, comments and any line endings', async () => {
    expect(await read('id: 1\nev', 'ent: status\r\ndata: a\r', '\n\r\n: still here\n\ndata:b\ndata: c\n\n')).toEqual([
      { id: '1', event: 'status', data: 'a' },
      { event: 'message', data: 'b\nc' },
    ]);
  });

  it('decodes a character that is split over two chunks', async () => {
    const [before, after] = ['data: \xc3', '\xa4\n\n'];
    expect(await read(before, after)).toEqual([{ event: 'message', data: 'ä' }]);
  });

  it('drops an incomplete last event', async () => {
    expect(await read('data: a\n\ndata: b\n')).toEqual([{ event: 'message', data: 'a' }]);
  });
});
