import { IconCpu, IconDatabase, IconServer, IconStack2, IconTimeline } from '@tabler/icons-react';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { useNavigate } from 'react-router';
import { formatNumber } from '../shell/index.js';
import { nodeLink } from './node-link.js';
import { colorOf, STATUSES } from './status.js';
import type { SystemNode } from './use-overview.js';

export type PartNode = Node<{ node: SystemNode; detail: string; trouble: string }, 'part'>;

const ICONS = { process: IconCpu, queue: IconStack2, topic: IconTimeline, database: IconDatabase, server: IconServer };

/** One node of the picture: a button that opens its details. */
export const Part = memo(({ data: { node, detail, trouble } }: NodeProps<PartNode>) => {
  const navigate = useNavigate();
  const Icon = ICONS[node.kind];
  const status = node.kind === 'process' && node.status === 'degraded' ? 'not ready' : node.status;
  const problem = status === 'ok' ? trouble : STATUSES[status].text;
  const color = node.status === 'ok' && trouble ? colorOf('behind') : colorOf(node.status);
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <button
        type="button"
        className={`part part-${node.kind} nopan`}
        style={{ borderLeftColor: color }}
        aria-label={[`${node.kind} ${node.name}`, problem || 'ok', detail].filter(Boolean).join(', ')}
        onClick={() => navigate(nodeLink(node.id))}
      >
        <span className="part-name">
          <Icon size={14} stroke={1.7} aria-hidden />
          <span>{node.name}</span>
        </span>
        {(problem || detail) && (
          <span className="part-detail">
            {problem && <b>{problem}</b>}
            {problem && detail && ', '}
            {detail}
          </span>
        )}
      </button>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
});

/** What a process has that did not leave yet. */
export function outboxText({ outbox }: SystemNode): string {
  return outbox && outbox.messages > 0 ? `${formatNumber(outbox.messages)} in outbox` : '';
}
