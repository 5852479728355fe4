import { Graph, layout } from '@dagrejs/dagre';
import type { SystemEdge, SystemNode } from './use-overview.js';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Where everything is: nodes by id, and through which points the edges lead, by id. */
export interface Layout {
  width: number;
  height: number;
  boxes: ReadonlyMap<string, Box>;
  paths: ReadonlyMap<string, readonly Point[]>;
}

/** In pixels at full size. */
const SIZES: Record<SystemNode['kind'], { width: number; height: number }> = {
  process: { width: 160, height: 44 },
  queue: { width: 164, height: 38 },
  topic: { width: 164, height: 38 },
  database: { width: 100, height: 28 },
  server: { width: 110, height: 30 },
};
/** Between a process and its database. */
const GAP = 3;

/** Messages flow downwards, as far as they do not come back. A database of one process stands beside it. */
export function layoutOf(nodes: readonly SystemNode[], edges: readonly SystemEdge[]): Layout {
  const own = ownDatabases(nodes, edges);
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 22, ranksep: 48, edgesep: 14 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, kind } of nodes.filter((node) => !own.has(node.id))) {
    const { width, height } = SIZES[kind];
    const database = [...own].some(([, process]) => process === id) ? GAP + SIZES.database.width : 0;
    graph.setNode(id, { width: width + database, height });
  }
  const publishers = new Set(edges.filter(({ kind }) => kind === 'publishes').map(({ from }) => from));
  const drawn = edges.filter((edge) => !own.has(edge.to));
  // What a process publishes comes from the database that it shares with others.
  const endsOf = ({ kind, from, to }: SystemEdge) =>
    kind === 'uses' && to.startsWith('database:') && publishers.has(from) ? { v: to, w: from } : { v: from, w: to };
  for (const edge of drawn) graph.setEdge(endsOf(edge));
  layout(graph);
  const boxes = new Map(
    nodes.flatMap(({ id, kind }) => {
      if (own.has(id)) return [];
      const { x, y, width, height } = graph.node(id) as Box;
      return [[id, { ...SIZES[kind], x: x - width / 2, y: y - height / 2 }] as const];
    }),
  );
  for (const [database, process] of own) {
    const { x, y, width, height } = boxes.get(process)!;
    boxes.set(database, { ...SIZES.database, x: x + width + GAP, y: y + (height - SIZES.database.height) / 2 });
  }
  const paths = new Map(drawn.map((edge) => [edge.id, (graph.edge(endsOf(edge)) as { points: Point[] }).points]));
  const all = [...boxes.values()];
  const [width, height] = [
    Math.max(...all.map((box) => box.x + box.width)),
    Math.max(...all.map((box) => box.y + box.height)),
  ];
  return { width, height, boxes, paths };
}

/** Databases that one process uses, and that process. */
export function ownDatabases(nodes: readonly SystemNode[], edges: readonly SystemEdge[]): Map<string, string> {
  return new Map(
    nodes.flatMap(({ id, kind }) => {
      const users = edges.filter(({ to }) => to === id);
      return kind === 'database' && users.length === 1 ? [[id, users[0]!.from] as const] : [];
    }),
  );
}
