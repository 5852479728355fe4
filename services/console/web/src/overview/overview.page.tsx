import '@mantine/charts/styles.css';
import '@xyflow/react/dist/style.css';
import './overview.css';
import { Loader, Stack, Title } from '@mantine/core';
import { PageTitle } from '../shell/index.js';
import { Charts } from './charts.js';
import { ConsumersTable } from './consumers-table.js';
import { Details } from './details.js';
import { KeyFigures } from './key-figures.js';
import { LiveLost, LiveState } from './live-state.js';
import { Picture } from './picture.js';
import { ProcessesTable } from './processes-table.js';
import { SECTIONS } from './sections.js';
import { useOverview } from './use-overview.js';

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
          <Picture overview={data} />
          <Charts />
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
