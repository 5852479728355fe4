import type { Route } from '@waybill/testing';

/** Events of order `o`, after which the connection ends, or breaks when `cut`. */
export function orderEvents(states: { id: number; status: string; reason?: string }[], cut = false): Route {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const text = states.map(({ id, ...state }) => {
      const terminal = !['PENDING', 'RESERVED', 'PAID'].includes(state.status);
      return `id: ${id}\nevent: status\ndata: ${JSON.stringify({ orderId: 'o', terminal, ...state })}\n\n`;
    });
    response.write(text.join(''), () => cut && response.socket?.destroy());
    if (!cut) response.end();
  };
}
