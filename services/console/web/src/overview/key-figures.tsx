import { Paper, SimpleGrid, Text } from '@mantine/core';
import { Link } from 'react-router';
import { age, bytes, cores, count, perSecond } from './figures.js';
import type { Overview } from './use-overview.js';

/** What a look at the page should tell first. */
export function KeyFigures({ overview: { figures, edges } }: { overview: Overview }) {
  const unknown = edges.filter(({ kind, lag }) => kind === 'consumes' && !lag).length;
  return (
    <SimpleGrid component="dl" cols={{ base: 2, xs: 3, md: 4, lg: 8 }} spacing="xs" m={0}>
      <Figure label="Published" value={perSecond(figures.published)} />
      <Figure label="Handled" value={perSecond(figures.handled)} />
      <Figure label="Unconsumed" value={count(figures.lagMessages)} detail={unconsumed(figures.lagSeconds, unknown)} />
      <Figure label="In outboxes" value={count(figures.outbox)} detail="messages" />
      <Figure label="Retries waiting" value={count(figures.retries)} detail="messages" />
      <Figure label="Dead letters" value={count(figures.deadLetters)} detail="waiting" to="/dead-letters" />
      <Figure label="Parked" value={count(figures.parkedKeys)} detail="keys" />
      <Figure label="All processes" value={cores(figures.cpu)} detail={`of a core, ${bytes(figures.memory)}`} />
    </SimpleGrid>
  );
}

/** A sum without some of its parts must not look complete. */
function unconsumed(seconds: number | null, unknown: number): string {
  const oldest = seconds ? `oldest ${age(seconds)}` : 'messages';
  return unknown ? `${oldest}, no data of ${unknown}` : oldest;
}

interface FigureProps {
  label: string;
  value: string;
  detail?: string;
  to?: string;
}

function Figure({ label, value, detail, to }: FigureProps) {
  return (
    <Paper withBorder px="sm" py={6}>
      <Text component="dt" size="xs" c="dimmed">
        {to ? (
          <Link to={to} className="plain-link">
            {label}
          </Link>
        ) : (
          label
        )}
      </Text>
      <Text component="dd" m={0} fw={600} className="figure">
        {value}
        {detail && (
          <Text span size="xs" c="dimmed" fw={400} display="block">
            {detail}
          </Text>
        )}
      </Text>
    </Paper>
  );
}
