import '@xyflow/react/dist/style.css';
import { Box, Group, Switch, Text, Title, useComputedColorScheme } from '@mantine/core';
import { Controls, ReactFlow } from '@xyflow/react';
import { useMemo, useState } from 'react';
import { layoutOf } from './layout.js';
import { Line } from './line.js';
import { Part, type PartNode } from './part.js';
import { lineOf, partOf, quietIn } from './picture-data.js';
import type { Overview } from './use-overview.js';

const NODE_TYPES = { part: Part };
const EDGE_TYPES = { line: Line };

/** How messages travel, live. Screen readers and phones have the same in the tables below it. */
export default function Picture({ overview }: { overview: Overview }) {
  const [showsAll, setShowsAll] = useState(false);
  const scheme = useComputedColorScheme();
  const quiet = useMemo(() => quietIn(overview), [overview]);
  const nodes = overview.nodes.filter(({ id }) => showsAll || !quiet.has(id));
  const shown = new Set(nodes.map(({ id }) => id));
  const edges = overview.edges.filter(({ from, to }) => shown.has(from) && shown.has(to));
  const shape = [...nodes.map(({ id }) => id), ...edges.map(({ id }) => id)].join();
  const { width, height, boxes, paths } = useMemo(() => layoutOf(nodes, edges), [shape]);

  const parts: PartNode[] = nodes.map((node) => partOf(node, boxes.get(node.id)!, edges));
  const lines = edges.flatMap((edge) => lineOf(edge, paths.get(edge.id)) ?? []);
  return (
    <Box component="section" visibleFrom="sm" aria-labelledby="picture">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="picture">
          How messages travel
        </Title>
        {quiet.size > 0 && (
          <Switch
            size="sm"
            label={`Show ${quiet.size} that nobody has used yet`}
            checked={showsAll}
            onChange={(event) => setShowsAll(event.currentTarget.checked)}
          />
        )}
      </Group>
      <div className="picture" style={{ aspectRatio: `${width + 40} / ${height + 40}` }}>
        <ReactFlow
          key={shape}
          nodes={parts}
          edges={lines}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          colorMode={scheme}
          fitView
          fitViewOptions={{ padding: 0.03 }}
          minZoom={0.2}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          zoomOnScroll={false}
          preventScrolling={false}
          proOptions={{ hideAttribution: true }}
        >
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
      <Text size="xs" c="dimmed" mt={4}>
        On a line: messages or calls a second, and what is not consumed yet. A part opens its details.
      </Text>
    </Box>
  );
}
