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

/** In pixels at full size. Beside its name, a node has an icon; below it, there is room for a few words. */
const SIZES: Record<SystemNode['kind'], { narrowest: number; height: number; perLetter: number }> = {
  process: { narrowest: 150, height: 50, perLetter: 9.4 },
  queue: { narrowest: 150, height: 44, perLetter: 8.6 },
  topic: { narrowest: 150, height: 44, perLetter: 8.6 },
  database: { narrowest: 90, height: 34, perLetter: 8.6 },
  server: { narrowest: 90, height: 36, perLetter: 8.6 },
};
const BESIDE_NAME = 48;

function sizeOf({ kind, name }: SystemNode): { width: number; height: number } {
  const { narrowest, height, perLetter } = SIZES[kind];
  return { width: Math.max(narrowest, BESIDE_NAME + Math.ceil(perLetter * name.length)), height };
}

/** Between a process and its database. */
const GAP = 3;

/** Messages flow downwards, as far as they do not come back. A database of one process stands beside it. */
export function layoutOf(nodes: readonly SystemNode[], edges: readonly SystemEdge[]): Layout {
  const own = ownDatabases(nodes, edges);
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 14, ranksep: 52, edgesep: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const sizes = new Map(nodes.map((node) => [node.id, sizeOf(node)]));
  const databaseOf = new Map([...own].map(([database, process]) => [process, database]));
  for (const { id } of nodes.filter((node) => !own.has(node.id))) {
    const { width, height } = sizes.get(id)!;
    const database = sizes.get(databaseOf.get(id) ?? '');
    graph.setNode(id, { width: width + (database ? GAP + database.width : 0), height });
  }
  const publishers = new Set(edges.filter(({ kind }) => kind === 'publishes').map(({ from }) => from));
  const drawn = edges.filter((edge) => !own.has(edge.to));
  // What a process publishes comes from the database that it shares with others.
  const endsOf = ({ kind, from, to }: SystemEdge) =>
    kind === 'uses' && to.startsWith('database:') && publishers.has(from) ? { v: to, w: from } : { v: from, w: to };
  for (const edge of drawn) graph.setEdge(endsOf(edge));
  layout(graph);
  const boxes = new Map(
    nodes.flatMap(({ id }) => {
      if (own.has(id)) return [];
      const { x, y, width, height } = graph.node(id) as Box;
      return [[id, { ...sizes.get(id)!, x: x - width / 2, y: y - height / 2 }] as const];
    }),
  );
  for (const [database, process] of own) {
    const { x, y, width, height } = boxes.get(process)!;
    const size = sizes.get(database)!;
    boxes.set(database, { ...size, x: x + width + GAP, y: y + (height - size.height) / 2 });
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
