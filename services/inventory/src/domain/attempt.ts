/** One run of an order's saga. Each reservation and shipment belongs to one. */
export interface Attempt {
  orderId: string;
  attempt: number;
}
