import type { FastifyReply } from 'fastify';

/** Event streams that are forwarded. Nothing else ends such a response before its process has something to say. */
export class ForwardedStreams {
  private readonly open = new Set<FastifyReply['raw']>();

  /** Notes it if it is one. */
  note(reply: FastifyReply): void {
    if (!String(reply.getHeader('content-type')).startsWith('text/event-stream')) return;
    const { raw } = reply;
    this.open.add(raw);
    const leave = () => raw.destroy();
    const { socket } = raw.req;
    socket.once('end', leave);
    raw.once('close', () => {
      socket.off('end', leave);
      this.open.delete(raw);
    });
  }

  /** Their clients connect again. */
  close(): void {
    for (const raw of this.open) raw.destroy();
  }
}
