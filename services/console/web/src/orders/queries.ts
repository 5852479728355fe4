import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { consoleApi, dataOf, emailApi, inventoryApi, orderApi, paymentApi, useEvents } from '../api/index.js';
import type { components as ConsoleComponents } from '../api/types/console.js';
import type { components as OrderComponents } from '../api/types/order.js';

export type Order = OrderComponents['schemas']['Order'];
export type OrderStatus = Order['status'];
export type Trace = ConsoleComponents['schemas']['OrderTrace'];
export type TraceEntry = ConsoleComponents['schemas']['OrderTraceEntry'];

export const STATUSES: readonly OrderStatus[] = [
  'PENDING',
  'RESERVED',
  'PAID',
  'CONFIRMED',
  'SHIPPED',
  'DELIVERED',
  'FAILED',
  'CANCELLED',
];

/** Nothing more happens to an order in these, unless an operator has it processed once more. */
export const isFinal = (status: string): boolean => ['DELIVERED', 'FAILED', 'CANCELLED'].includes(status);

export interface OrderFilter {
  customerId?: string;
  status?: OrderStatus;
  cursor?: string;
}

const PAGE_SIZE = 50;
const LIST_INTERVAL = 5_000;

/** A page of the list, newest first. The first page is read again while it is looked at. */
export function useOrders(filter: OrderFilter) {
  return useQuery({
    queryKey: ['orders', filter],
    queryFn: () => dataOf(orderApi.GET('/orders', { params: { query: { limit: PAGE_SIZE, ...filter } } })),
    placeholderData: keepPreviousData,
    refetchInterval: filter.cursor ? false : LIST_INTERVAL,
  });
}

export function useOrder(orderId: string) {
  return useQuery({
    queryKey: ['order', orderId, 'order'],
    queryFn: () => dataOf(orderApi.GET('/orders/{orderId}', { params: { path: { orderId } } })),
  });
}

/** Live, of no order while it is undefined. What the services show of the order is read again whenever its trace has changed. */
export function useTrace(orderId: string | undefined) {
  const client = useQueryClient();
  const live = useEvents<Trace>(orderId && `/orders/${encodeURIComponent(orderId)}/trace/events`, 'trace');
  const { receivedAt } = live;
  useEffect(() => {
    if (receivedAt) void client.invalidateQueries({ queryKey: ['order', orderId] });
  }, [client, orderId, receivedAt]);
  return live;
}

const ofOrder = (orderId: string) => ({ params: { query: { orderId } } });

export const usePayments = (orderId: string) =>
  useQuery({
    queryKey: ['order', orderId, 'payments'],
    queryFn: () => dataOf(paymentApi.GET('/payments', ofOrder(orderId))),
  });

export const useShipments = (orderId: string) =>
  useQuery({
    queryKey: ['order', orderId, 'shipments'],
    queryFn: () => dataOf(inventoryApi.GET('/shipments', ofOrder(orderId))),
  });

export const useReservations = (orderId: string) =>
  useQuery({
    queryKey: ['order', orderId, 'reservations'],
    queryFn: () => dataOf(inventoryApi.GET('/reservations', ofOrder(orderId))),
  });

export const useMails = (orderId: string) =>
  useQuery({
    queryKey: ['order', orderId, 'mails'],
    queryFn: () => dataOf(emailApi.GET('/emails', ofOrder(orderId))),
  });

export const useDeadLettersOf = (orderId: string) =>
  useQuery({
    queryKey: ['order', orderId, 'dead-letters'],
    queryFn: () => dataOf(consoleApi.GET('/dead-letters', { params: { query: { key: orderId } } })),
  });

export interface LedgerEntry {
  id: string;
  type: 'charge' | 'refund';
  amount: number;
  currency: string;
  at: string;
}

/** Of the payment provider, which is a third party and has no OpenAPI document. */
export const useLedger = (orderId: string) =>
  useQuery({
    queryKey: ['order', orderId, 'ledger'],
    async queryFn(): Promise<{ items: LedgerEntry[] }> {
      const url = `/api/payment-provider/ledger?${new URLSearchParams({ orderId })}`;
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
      if (!response.ok) throw new Error(`the payment provider answered ${response.status}`);
      return response.json();
    },
  });

export function useCancelOrder(orderId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => dataOf(orderApi.POST('/orders/{orderId}/cancel', { params: { path: { orderId } } })),
    meta: { showsError: true },
    onSettled: () => client.invalidateQueries({ queryKey: ['order', orderId] }),
  });
}

export function useProducts() {
  return useQuery({
    queryKey: ['products'],
    queryFn: () => dataOf(inventoryApi.GET('/products', { params: { query: { limit: 1_000 } } })),
  });
}

/** Web pages of the servers, by their names. */
export function usePages() {
  const { data } = useQuery({
    queryKey: ['system'],
    queryFn: () => dataOf(consoleApi.GET('/system')),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data?.pages ?? {};
}
