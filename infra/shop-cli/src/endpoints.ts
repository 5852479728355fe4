/** The endpoints.json of a running system. URLs unless stated otherwise. */
export interface Endpoints {
  orderApi: string;
  orderProcessor: string;
  inventory: string;
  payment: string;
  paymentProvider: string;
  email: string;
  analytics: string;
  /** Maildev. */
  mail: string;
  /** The console. Absent when it does not run. */
  deadLetters?: string;
  /** `host:port` */
  temporal: string;
  temporalUi: string;
  /** What carries the events. Default Kafka. */
  events?: 'kafka' | 'nats';
  nats?: string;
  rabbitmq: string;
  rabbitmqUi: string;
  /** `host:port` */
  kafka: string;
  postgres: string;
  operatorToken: string;
  /** Signs webhooks: `whsec_...`, several with spaces between. */
  webhookSecret: string;
  /** Process ids of what runs, by name, such as `order-api` or `kafka`. */
  processes: Record<string, number>;
}
