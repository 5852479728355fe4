import { BaseEdge, type Edge, type EdgeProps } from '@xyflow/react';
import type { Point } from './layout.js';

export type LineEdge = Edge<{ points: readonly Point[]; text: string }, 'line'>;

/** An edge that leads around the nodes, through the points of the layout. */
export function Line({ id, data, style, markerEnd }: EdgeProps<LineEdge>) {
  const { points, text } = data!;
  const middle = points[Math.floor(points.length / 2)]!;
  return (
    <BaseEdge
      id={id}
      path={curveThrough(points)}
      style={style}
      {...(markerEnd && { markerEnd })}
      label={text}
      labelX={middle.x}
      labelY={middle.y}
      labelStyle={{ fill: 'var(--mantine-color-text)', fontSize: 14 }}
      labelBgStyle={{ fill: 'var(--mantine-color-body)', fillOpacity: 0.85 }}
      labelBgPadding={[3, 1]}
    />
  );
}

/** Curves of which each point inside is the control point. */
function curveThrough(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1)!;
  const curves = rest.slice(0, -1).map((point, n) => {
    const next = rest[n + 1]!;
    const end = n === rest.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q ${point.x} ${point.y} ${end.x} ${end.y}`;
  });
  return [`M ${first!.x} ${first!.y}`, ...(curves.length ? curves : [`L ${last.x} ${last.y}`])].join(' ');
}
