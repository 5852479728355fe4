import { Badge, Checkbox, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { formatDuration, formatMoney, formatTime, hint } from '../shell/index.js';
import type { TraceEntry } from './queries.js';

/** One colour a service, readable in both schemes. */
const COLORS: Record<string, string> = {
  'order-api': 'blue',
  'order-processor': 'indigo',
  inventory: 'teal',
  payment: 'grape',
  'payment-provider': 'pink',
  email: 'orange',
  analytics: 'cyan',
};
const colorOf = (service: string) => COLORS[service] ?? 'gray';

/** What happened, oldest first: the time since the order was placed, and since the entry before. */
export function Timeline({ entries }: { entries: readonly TraceEntry[] }) {
  const services = [...new Set(entries.map(({ service }) => service))];
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const shown = entries.filter(({ service }) => !hidden.includes(service));
  const start = entries[0] ? Date.parse(entries[0].at) : 0;
  const traceIds = [...new Set(entries.flatMap(({ traceId }) => traceId ?? []))];
  return (
    <>
      <Services services={services} hidden={hidden} setHidden={setHidden} />
      {traceIds.length > 0 && (
        <Text size="xs" c="dimmed" mb="sm">
          trace{' '}
          <span className="breaks">
            <code>{traceIds.join(', ')}</code>
          </span>
        </Text>
      )}
      <ol className="order-timeline" aria-label="what happened, oldest first">
        {shown.map((entry, n) => (
          <Entry
            // Entries of the same time keep their order.
            key={`${entry.at} ${entry.source} ${entry.what} ${entry.detail ?? ''}`}
            entry={entry}
            since={Date.parse(entry.at) - start}
            step={n === 0 ? undefined : Date.parse(entry.at) - Date.parse(shown[n - 1]!.at)}
            isOtherTrace={traceIds.length > 1 ? entry.traceId : undefined}
          />
        ))}
      </ol>
    </>
  );
}

interface ServicesProps {
  services: readonly string[];
  hidden: readonly string[];
  setHidden: (hidden: readonly string[]) => void;
}

function Services({ services, hidden, setHidden }: ServicesProps) {
  const toggle = (service: string, isShown: boolean) =>
    setHidden(isShown ? hidden.filter((each) => each !== service) : [...hidden, service]);
  return (
    <Group gap="md" mb="xs" role="group" aria-label="services shown">
      {services.map((service) => (
        <Checkbox
          key={service}
          size="xs"
          color={colorOf(service)}
          label={service}
          checked={!hidden.includes(service)}
          onChange={(event) => toggle(service, event.currentTarget.checked)}
        />
      ))}
    </Group>
  );
}

interface EntryProps {
  entry: TraceEntry;
  since: number;
  step: number | undefined;
  isOtherTrace: string | undefined;
}

function Entry({ entry, since, step, isOtherTrace }: EntryProps) {
  const { at, service, kind, what, detail, attempt = 1, durationMs } = entry;
  const isBad = ['dead-letter', 'retry'].includes(kind) || /^(FAILED|CANCELLED)$|^\w+ (failed|REFUSED)$/.test(what);
  return (
    <li
      className="order-entry"
      data-kind={kind}
      style={{ borderInlineStartColor: `var(--mantine-color-${colorOf(service)}-6)` }}
    >
      <div className="order-entry-time">
        <Text size="xs" ff="monospace" component="span" {...hint(formatTime(at))}>
          {formatDuration(since)}
        </Text>
        <Text size="xs" c="dimmed" ff="monospace" component="span">
          {step !== undefined && `+${formatDuration(step)}`}
        </Text>
      </div>
      <div>
        <Group gap={6}>
          <Badge size="sm" variant="light" color={colorOf(service)} tt="none" className="order-badge">
            {service}
          </Badge>
          <Text
            size="sm"
            fw={kind === 'state' || kind === 'http' ? 700 : 500}
            {...(isBad && { c: 'red' })}
            className="breaks"
          >
            {titleOf(entry)}
          </Text>
          {attempt > 1 && kind === 'saga-step' && (
            <Badge size="sm" color="red" variant="outline" tt="none">
              attempt {attempt}
            </Badge>
          )}
          {durationMs !== undefined && (
            <Text size="xs" c="dimmed">
              {kind === 'message'
                ? `${formatDuration(durationMs)} in the outbox`
                : `took ${formatDuration(durationMs)}`}
            </Text>
          )}
        </Group>
        <Text size="xs" c="dimmed" className="breaks">
          {[kind.replace('-', ' '), detail && detailOf(entry), isOtherTrace && `trace ${isOtherTrace}`]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </div>
    </li>
  );
}

/** As people say it: `waybill.OrderCreated.v2` is OrderCreated. */
function titleOf({ kind, what }: TraceEntry): string {
  if (kind === 'http') return `POST /orders: ${what}`;
  if (kind === 'saga-step' && !what.includes(' ')) return `saga ${what}`;
  return what.replace(/\bwaybill\.(\w+)\.v\d+\b/, '$1');
}

/** Of a message its place, because its delay is shown as such; money in its currency. */
function detailOf({ kind, source, detail = '' }: TraceEntry): string {
  if (kind === 'message') return `${source}, ${detail.replace(/, written .*$/, '')}`;
  return detail.replace(/^(\d+) ([A-Z]{3})\b/, (_, amount, currency) =>
    formatMoney({ amount: Number(amount), currency }),
  );
}
