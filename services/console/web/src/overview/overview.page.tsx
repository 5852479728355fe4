import './overview.css';
import { Loader, Skeleton, Stack, Title } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { PageTitle } from '../shell/index.js';
import { ConsumersTable } from './consumers-table.js';
import { Details } from './details.js';
import { KeyFigures } from './key-figures.js';
import { LiveLost, LiveState } from './live-state.js';
import { loaded, whenIdle } from './load.js';
import { ProcessesTable } from './processes-table.js';
import { SECTIONS } from './sections.js';
import { useOverview } from './use-overview.js';

// The picture's code comes with this page's, the charts' after it, when there is nothing else to do: they are below it.
const picture = loaded(() => import('./picture.js'));
const Picture = lazy(() => picture);
const Charts = lazy(async () => {
  await picture;
  await whenIdle();
  return loaded(() => import('./charts.js'));
});

export function Component() {
  const live = useOverview();
  const { data } = live;
  return (
    <>
      <PageTitle title="Overview">{data && live.lostAt === undefined && <LiveState at={data.at} />}</PageTitle>
      <LiveLost live={live} />
      {data ? (
        <Stack gap="lg">
          <KeyFigures overview={data} />
          {SECTIONS.map((Section) => (
            <Section key={Section.name} overview={data} />
          ))}
          <Suspense fallback={<Skeleton height={560} visibleFrom="sm" />}>
            <Picture overview={data} />
          </Suspense>
          <Suspense fallback={<Skeleton height={900} />}>
            <Charts />
          </Suspense>
          <section aria-labelledby="processes">
            <Title order={2} size="h4" mb="xs" id="processes">
              Processes
            </Title>
            <ProcessesTable overview={data} />
          </section>
          <section aria-labelledby="consumers">
            <Title order={2} size="h4" mb="xs" id="consumers">
              Who consumes what
            </Title>
            <ConsumersTable overview={data} />
          </section>
          <Details overview={data} />
        </Stack>
      ) : (
        live.lostAt === undefined && <Loader role="status" aria-label="loading" />
      )}
    </>
  );
}
