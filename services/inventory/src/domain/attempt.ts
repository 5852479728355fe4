/** One run of an order's saga: what is asked and undone here belongs to it. */
export interface Attempt {
  orderId: string;
  attempt: number;
}
