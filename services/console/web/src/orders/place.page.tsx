import {
  Alert,
  Anchor,
  Button,
  Grid,
  NumberInput,
  Paper,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link } from 'react-router';
import { formatMoney, PageTitle, ProblemOf, useSession } from '../shell/index.js';
import { BatchReport } from './batch-report.js';
import './orders.css';
import type { Batch } from './place-batch.js';
import { useProducts } from './queries.js';
import { TOKENS } from './tokens.js';
import { useBatch } from './use-batch.js';

/** Places orders as a customer would, one or many. */
export function Component() {
  const { running, begin, stop } = useBatch();
  const { data: session } = useSession();
  return (
    <>
      <PageTitle title="Place orders">
        <Anchor component={Link} to="/orders">
          To the list
        </Anchor>
      </PageTitle>
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          {session?.role === 'reader' && (
            <Alert color="yellow" mb="md">
              A reader may not place orders: sign in with the operator's token.
            </Alert>
          )}
          <OrderForm isRunning={running?.isRunning ?? false} begin={begin} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>{running && <BatchReport running={running} stop={stop} />}</Grid.Col>
      </Grid>
    </>
  );
}

const COUNTS = ['1', '10', '100', '1000'];
/** Of its own for each visit, so that the list can show just these orders. */
const newCustomer = () => `cus_console_${Date.now().toString(36)}`;

function OrderForm({ isRunning, begin }: { isRunning: boolean; begin: (batch: Batch) => void }) {
  const [customerId, setCustomerId] = useState(newCustomer);
  const [email, setEmail] = useState('customer@example.com');
  const [sku, setSku] = useState<string | null>('BOOK-001');
  const [quantity, setQuantity] = useState<number | string>(1);
  const [paymentToken, setToken] = useState<string | null>('tok_ok');
  const [count, setCount] = useState('1');
  const [rate, setRate] = useState<number | string>('');
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const items = [{ sku: sku!, quantity: Number(quantity) }];
    const request = { customerId: customerId.trim(), email: email.trim(), items, paymentToken: paymentToken! };
    begin({ request, count: Number(count), rate: Number(rate) || undefined });
  };
  return (
    <Paper withBorder p="md">
      <form onSubmit={onSubmit}>
        <Stack gap="sm">
          <ProductSelect sku={sku} setSku={setSku} />
          <NumberInput
            label="Quantity"
            required
            min={1}
            max={10_000}
            allowDecimal={false}
            value={quantity}
            onChange={setQuantity}
          />
          <Select
            label="Payment token"
            description="What the payment provider does with the charge"
            required
            allowDeselect={false}
            data={TOKENS}
            value={paymentToken}
            onChange={setToken}
          />
          <TextInput
            label="Customer"
            description="cus_banned is banned"
            required
            maxLength={64}
            value={customerId}
            onChange={(event) => setCustomerId(event.currentTarget.value)}
          />
          <TextInput
            label="Mail address"
            description="Mails go to the mailbox of this system, not to the world"
            required
            type="email"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <div>
            <Text size="sm" fw={500} id="orders-count">
              Orders
            </Text>
            <SegmentedControl
              fullWidth
              aria-labelledby="orders-count"
              data={COUNTS}
              value={count}
              onChange={setCount}
            />
          </div>
          <NumberInput
            label="Rate"
            description="Empty: as fast as they are accepted"
            placeholder="as fast as possible"
            suffix=" orders/s"
            min={0.1}
            max={1_000}
            value={rate}
            onChange={setRate}
          />
          <Button type="submit" loading={isRunning}>
            Place {count === '1' ? 'the order' : `${count} orders`}
          </Button>
        </Stack>
      </form>
    </Paper>
  );
}

function ProductSelect({ sku, setSku }: { sku: string | null; setSku: (sku: string | null) => void }) {
  const products = useProducts();
  if (products.error && !products.data) return <ProblemOf query={products} />;
  const data = (products.data?.items ?? []).map(({ sku: value, name, unitPrice, available }) => ({
    value,
    label: `${value}: ${name}, ${formatMoney(unitPrice)}, ${available.toLocaleString()} available`,
  }));
  return (
    <Select
      label="Product"
      required
      searchable
      allowDeselect={false}
      data={data}
      value={sku}
      onChange={setSku}
      nothingFoundMessage="No such product"
    />
  );
}
