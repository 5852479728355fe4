import { MarkerType } from '@xyflow/react';
import { countOf, formatNumber } from '../shell/index.js';
import { age, perSecond } from './figures.js';
import type { Box, Point } from './layout.js';
import type { LineEdge } from './line.js';
import { isChannel } from './node-link.js';
import { outboxText, type PartNode } from './part.js';
import { colorOf, STATUSES } from './status.js';
import type { Overview, SystemEdge, SystemNode } from './use-overview.js';

/** Queues and topics that nobody has published to yet and in which nothing waits. */
export function quietIn({ nodes, edges }: Overview): Set<string> {
  const isUsed = (id: string) =>
    edges.some(
      ({ from, to, rate, lag, deadLetters }) =>
        to === id || (from === id && ((rate ?? 0) > 0 || (lag?.messages ?? 0) > 0 || (deadLetters?.messages ?? 0) > 0)),
    );
  return new Set(nodes.filter(({ id }) => isChannel(id) && !isUsed(id)).map(({ id }) => id));
}

export function partOf(node: SystemNode, { x, y, width, height }: Box, edges: readonly SystemEdge[]): PartNode {
  return {
    id: node.id,
    type: 'part',
    position: { x, y },
    width,
    height,
    data: { node, detail: outboxText(node), trouble: troubleOf(node, edges) },
  };
}

/** The worst that happens to what waits in a queue or topic. */
function troubleOf({ id }: SystemNode, edges: readonly SystemEdge[]): string {
  const consumed = edges.filter(({ kind, from }) => kind === 'consumes' && from === id);
  const worst = (['away', 'paused', 'held up', 'behind'] as const).find((status) =>
    consumed.some((edge) => edge.status === status),
  );
  return worst === 'away' ? 'consumer away' : (worst ?? '');
}

/** How it looks, and what is written on it; undefined: it is not drawn. */
export function lineOf(edge: SystemEdge, points: readonly Point[] | undefined): LineEdge | undefined {
  if (!points) return undefined;
  const { id, from, to, kind, status, rate } = edge;
  const isTroubled = status !== 'ok' || hasFailures(edge);
  const color = isTroubled ? colorOf(status === 'ok' ? 'behind' : status) : 'var(--mantine-color-gray-6)';
  return {
    id,
    type: 'line',
    source: from,
    target: to,
    animated: (rate ?? 0) > 0,
    style: { stroke: color, strokeWidth: isTroubled ? 2 : 1.2, ...(kind === 'uses' && { strokeDasharray: '2 4' }) },
    ...(kind !== 'uses' && { markerEnd: { type: MarkerType.ArrowClosed, width: 15, height: 15 } }),
    data: { points, text: labelOf(edge) },
  };
}

const hasFailures = ({ deadLetters, parked }: SystemEdge) => Boolean(deadLetters?.messages || parked?.keys);

function labelOf({ kind, status, rate, lag, retries, deadLetters, parked }: SystemEdge): string {
  const facts = [
    rate && perSecond(rate),
    lag && lag.messages > 0 && `${formatNumber(lag.messages)} wait${lag.seconds ? `, ${age(lag.seconds)}` : ''}`,
    retries && `${formatNumber(retries)} to retry`,
    parked && parked.keys > 0 && countOf(parked.keys, 'parked key'),
    deadLetters && deadLetters.messages > 0 && countOf(deadLetters.messages, 'dead letter'),
    kind === 'consumes' && status !== 'ok' && status !== 'away' && STATUSES[status].text,
  ];
  return facts.filter((fact) => typeof fact === 'string' && fact).join(', ');
}
