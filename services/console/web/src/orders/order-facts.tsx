import { Anchor, Button, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { formatMoney, Loading, Time } from '../shell/index.js';
import {
  type Order,
  type Trace,
  useDeadLettersOf,
  useLedger,
  useMails,
  usePages,
  usePayments,
  useReservations,
  useShipments,
} from './queries.js';

/** What each service has of an order now. */
export function OrderFacts({
  orderId,
  order,
  sagas,
}: {
  orderId: string;
  order: Order | undefined;
  sagas: Trace['sagas'];
}) {
  return (
    <Stack>
      {order && <Customer order={order} />}
      {order && <Items order={order} />}
      <Money orderId={orderId} />
      <Stock orderId={orderId} />
      <Mails orderId={orderId} />
      <DeadLetters orderId={orderId} />
      <Sagas sagas={sagas} isChoreographed={order?.isChoreographed ?? false} />
    </Stack>
  );
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="sm" component="section" aria-label={title}>
      <Title order={2} size="h5" mb={4}>
        {title}
      </Title>
      {children}
    </Paper>
  );
}

interface RowsProps<Item> {
  query: UseQueryResult<{ items: Item[] }>;
  none: string;
  row: (item: Item) => { key: string; cells: ReactNode[] };
}

/** The items of a list, as lines; what is wrong with it in its place. */
function Rows<Item>({ query, none, row }: RowsProps<Item>) {
  return (
    <Loading query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <Text size="sm" c="dimmed">
            {none}
          </Text>
        ) : (
          <Table verticalSpacing={2} horizontalSpacing={4} fz="sm" className="order-facts">
            <Table.Tbody>
              {items.map(row).map(({ key, cells }) => (
                <Table.Tr key={key}>
                  {cells.map((cell, n) => (
                    <Table.Td key={n} {...(n > 0 && n === cells.length - 1 && { ta: 'right' as const })}>
                      {cell}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )
      }
    </Loading>
  );
}

/** Its mail address is personal: it is shown when it is asked for. */
function Customer({ order: { customerId, email, createdAt } }: { order: Order }) {
  const [isShown, setShown] = useState(false);
  return (
    <Fact title="Customer">
      <Group justify="space-between" gap="xs">
        <Anchor
          component={Link}
          size="sm"
          to={`/orders?customerId=${encodeURIComponent(customerId)}`}
          className="breaks"
        >
          {customerId}
        </Anchor>
        <Text size="sm" c="dimmed" component="span">
          <Time at={createdAt} />
        </Text>
      </Group>
      <Group justify="space-between" gap="xs">
        <Text size="sm" className="breaks">
          {isShown ? email : masked(email)}
        </Text>
        <Button size="compact-xs" variant="subtle" onClick={() => setShown(!isShown)} aria-pressed={isShown}>
          {isShown ? 'Hide mail address' : 'Show mail address'}
        </Button>
      </Group>
    </Fact>
  );
}

/** `ada@example.com` as `a•••@•••`. */
const masked = (email: string): string => `${email.slice(0, 1)}•••@•••`;

function Items({ order: { items, total } }: { order: Order }) {
  const { currency } = total;
  return (
    <Fact title="Items">
      <Table verticalSpacing={2} horizontalSpacing={4} fz="sm">
        <Table.Tbody>
          {items.map(({ sku, name, quantity, unitPrice }) => (
            <Table.Tr key={sku}>
              <Table.Td>
                {quantity} x {name}{' '}
                <Text span size="xs" c="dimmed">
                  {sku}
                </Text>
              </Table.Td>
              <Table.Td ta="right">{formatMoney({ amount: quantity * unitPrice, currency })}</Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Th>Total</Table.Th>
            <Table.Th ta="right">{formatMoney(total)}</Table.Th>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </Fact>
  );
}

function Money({ orderId }: { orderId: string }) {
  return (
    <Fact title="Payments and ledger">
      <Rows
        query={usePayments(orderId)}
        none="Nothing was charged."
        row={(payment) => ({
          key: payment.paymentId,
          cells: [[payment.type, payment.status, payment.reason].filter(Boolean).join(' '), formatMoney(payment)],
        })}
      />
      <Text size="xs" c="dimmed" mt={6}>
        In the payment provider's ledger
      </Text>
      <Rows
        query={useLedger(orderId)}
        none="No money has moved."
        row={(entry) => ({ key: entry.id, cells: [entry.type, <Time key="at" at={entry.at} />, formatMoney(entry)] })}
      />
    </Fact>
  );
}

function Stock({ orderId }: { orderId: string }) {
  return (
    <Fact title="Reservations and shipments">
      <Rows
        query={useReservations(orderId)}
        none="Nothing is reserved."
        row={({ sku, quantity, status, attempt }) => ({
          key: `${attempt} ${sku}`,
          cells: [`${quantity} x ${sku}`, `reservation ${status}`],
        })}
      />
      <Rows
        query={useShipments(orderId)}
        none="There is no shipment."
        row={({ shipmentId, status, dispatchedAt, deliveredAt, createdAt }) => ({
          key: shipmentId,
          cells: [`shipment ${status}`, <Time key="at" at={deliveredAt ?? dispatchedAt ?? createdAt} />],
        })}
      />
    </Fact>
  );
}

function Mails({ orderId }: { orderId: string }) {
  const { mail } = usePages();
  return (
    <Fact title="Mails">
      <Rows
        query={useMails(orderId)}
        none="No mail was sent."
        row={({ messageId, type, sentAt }) => ({ key: messageId, cells: [type, <Time key="at" at={sentAt} />] })}
      />
      {mail && (
        <Anchor size="sm" href={mail} target="_blank" rel="noreferrer">
          Open the mailbox
        </Anchor>
      )}
    </Fact>
  );
}

function DeadLetters({ orderId }: { orderId: string }) {
  return (
    <Fact title="Dead letters">
      <Rows
        query={useDeadLettersOf(orderId)}
        none="None."
        row={({ id, source, class: failureClass, status, error }) => ({
          key: id,
          cells: [
            <div key="link">
              <Anchor component={Link} size="sm" to={`/dead-letters/${id}`}>
                {source}
              </Anchor>
              <Text size="xs" c="dimmed" className="breaks">
                {failureClass}: {error}
              </Text>
            </div>,
            status,
          ],
        })}
      />
    </Fact>
  );
}

function Sagas({ sagas, isChoreographed }: { sagas: Trace['sagas']; isChoreographed: boolean }) {
  const { temporal } = usePages();
  if (isChoreographed) return null;
  return (
    <Fact title="Temporal">
      {!sagas.length && (
        <Text size="sm" c="dimmed">
          No saga is known yet.
        </Text>
      )}
      {sagas.map(({ attempt, workflowId }) => (
        <div key={workflowId}>
          {temporal ? (
            <Anchor
              size="sm"
              href={`${temporal}/namespaces/default/workflows/${workflowId}`}
              target="_blank"
              rel="noreferrer"
            >
              The saga of attempt {attempt}
            </Anchor>
          ) : (
            <Text size="sm" className="breaks">
              {workflowId}
            </Text>
          )}
        </div>
      ))}
    </Fact>
  );
}
