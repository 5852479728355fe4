import '@mantine/charts/styles.css';
import { LineChart } from '@mantine/charts';
import { Group, Paper, SegmentedControl, SimpleGrid, Skeleton, Text, Title } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { ProblemOf } from '../shell/index.js';
import { CHARTS, formatValue, rowsOf } from './chart-data.js';
import { type Range, type SeriesTable, useSeries } from './use-overview.js';

const RANGES = [
  { value: '15m', label: '15 minutes' },
  { value: '6h', label: '6 hours' },
];

export default function Charts() {
  const [params, setParams] = useSearchParams();
  const range: Range = params.get('range') === '6h' ? '6h' : '15m';
  const series = useSeries(range);
  const { data } = series;
  const choose = (value: string) =>
    setParams((before) => ({ ...Object.fromEntries(before), range: value }), { replace: true });
  return (
    <section aria-labelledby="over-time">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="over-time">
          Over time
        </Title>
        <SegmentedControl size="xs" aria-label="time range" data={RANGES} value={range} onChange={choose} />
      </Group>
      <ProblemOf query={series} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
        {CHARTS.map((chart) => (
          <Paper key={chart.title} withBorder p="sm">
            <Title order={3} size="h6" mb={4}>
              {chart.title}
            </Title>
            {data ? <Chart table={data} names={chart.names} /> : <Skeleton height={190} />}
          </Paper>
        ))}
      </SimpleGrid>
      {data && <Source table={data} />}
    </section>
  );
}

/** `p95` of a title that ends with it: the rest is the chart's. */
const labelOf = (title: string) => / (p\d+)$/.exec(title)?.[1] ?? title;
const withoutSeconds = (time: string) => time.replace(/:\d\d(?=\D*$)/, '');

const COLORS = ['blue.6', 'teal.6', 'red.6', 'orange.6'];

function Chart({ table, names }: { table: SeriesTable; names: readonly string[] }) {
  const series = names.flatMap((name) => table.series.find((one) => one.name === name) ?? []);
  const unit = series[0]?.unit ?? 'per second';
  return (
    <LineChart
      h={190}
      data={rowsOf(table, series)}
      dataKey="at"
      series={series.map(({ name, title }, n) => ({
        name,
        label: names.length > 1 ? labelOf(title) : title,
        color: COLORS[n % COLORS.length]!,
      }))}
      withLegend
      withDots={false}
      connectNulls={false}
      curveType="linear"
      strokeWidth={1.5}
      valueFormatter={(value) => formatValue(value, unit)}
      xAxisProps={{ minTickGap: 60, tickFormatter: withoutSeconds }}
      legendProps={{ itemSorter: null, verticalAlign: 'bottom' }}
      yAxisProps={{ width: 62, domain: [0, 'auto'], interval: 0, tickCount: 4 }}
      lineProps={{ isAnimationActive: false }}
    />
  );
}

function Source({ table: { source } }: { table: SeriesTable }) {
  return (
    <Text size="xs" c="dimmed" mt={4}>
      {source === 'prometheus'
        ? 'Recorded by Prometheus.'
        : 'Recorded by the console while this page was open somewhere: gaps are times in which nobody looked, or the source was away.'}
    </Text>
  );
}
