import type { OperatorCheck } from '@waybill/platform';
import type { FastifyReply } from 'fastify';

/** In ms. */
const CHECK_INTERVAL = 15_000;

/** Event streams that are forwarded. Nothing else ends such a response before its process has something to say. */
export class ForwardedStreams {
  private readonly open = new Set<FastifyReply>();
  private readonly checking: NodeJS.Timeout;

  constructor(private readonly operator: OperatorCheck) {
    this.checking = setInterval(() => this.endForbidden(), CHECK_INTERVAL).unref();
  }

  /** Notes it if it is one. */
  note(reply: FastifyReply): void {
    if (!String(reply.getHeader('content-type')).startsWith('text/event-stream')) return;
    const { raw } = reply;
    this.open.add(reply);
    const leave = () => raw.destroy();
    const { socket } = raw.req;
    socket.once('end', leave);
    raw.once('close', () => {
      socket.off('end', leave);
      this.open.delete(reply);
    });
  }

  /** Those of who would not be let in any more: has signed out, say. */
  endForbidden(): void {
    for (const { request, raw } of this.open)
      try {
        this.operator.check(request);
      } catch {
        raw.destroy();
      }
  }

  /** Their clients connect again. */
  close(): void {
    clearInterval(this.checking);
    for (const { raw } of this.open) raw.destroy();
  }
}
