import type { Process, Server } from './declaration.js';

/**
 * The whole system on one page. The launcher, docker-compose.yml, endpoints.json, Prometheus and the tests follow it.
 * To add a service: its folder, its process here, `npm run generate`.
 */
export const PROCESSES = [
  {
    name: 'order-api',
    does: 'The HTTP API of orders, stateless: any number of copies behind nginx.',
    package: 'services/order',
    entry: 'main.api',
    port: { ORDER_API_PORT: 3000 },
    database: 'order',
    settings: ['IDEMPOTENCY_KEY_TTL', 'OUTBOX_BACKLOG_LIMIT', 'OUTBOX_AGE_LIMIT'],
    published: 'by nginx',
    scaleOut: { as: 'more-order-apis', copies: 2 },
    pages: [
      { label: 'orders', path: '/orders' },
      { label: 'try the API', path: '/docs' },
    ],
  },
  {
    name: 'order-processor',
    does: "Runs the sagas and relays order's outbox.",
    package: 'services/order',
    entry: 'main.processor',
    port: { ORDER_PROCESSOR_PORT: 3010 },
    database: 'order',
    needs: ['rabbitmq', 'kafka', 'temporal'],
    settings: ['SAGA', 'INVENTORY_DEADLINE', 'PAYMENT_DEADLINE', 'ORDER_DEADLINE'],
    memory: '384m',
    published: 'not',
    scaleOut: { as: 'more-order-processors', copies: 1 },
  },
  {
    name: 'inventory',
    does: 'The catalogue, stock, reservations and shipments.',
    package: 'services/inventory',
    port: { INVENTORY_PORT: 3001 },
    database: 'inventory',
    needs: ['rabbitmq', 'kafka'],
    secrets: ['OPERATOR_TOKEN'],
    settings: ['CARRIER_DISPATCH_AFTER', 'CARRIER_DELIVER_AFTER'],
    pages: [{ label: 'stock', path: '/products' }],
  },
  {
    name: 'payment',
    does: 'Charges and refunds, each once.',
    package: 'services/payment',
    port: { PAYMENT_PORT: 3002 },
    database: 'payment',
    needs: ['rabbitmq', 'kafka', 'temporal'],
    calls: ['payment-provider'],
    pages: [{ label: 'payments', path: '/payments' }],
  },
  {
    name: 'email',
    does: 'Renders mails and sends them by SMTP.',
    package: 'services/email',
    port: { EMAIL_PORT: 3003 },
    database: 'email',
    needs: ['rabbitmq', 'kafka', 'mail'],
    settings: ['MAIL_FROM'],
    pages: [{ label: 'mails sent', path: '/emails' }],
  },
  {
    name: 'analytics',
    does: 'Projections of the event stream.',
    package: 'services/analytics',
    port: { ANALYTICS_PORT: 3004 },
    database: 'analytics',
    needs: ['rabbitmq', 'kafka'],
    pages: [{ label: 'analytics', path: '/analytics/summary' }],
  },
  {
    name: 'console',
    does: 'Dead letters of all sources, for review.',
    package: 'services/console',
    port: { CONSOLE_PORT: 3006 },
    endpoint: 'deadLetters',
    database: 'console',
    needs: ['rabbitmq', 'kafka'],
    secrets: ['OPERATOR_TOKEN'],
    settings: ['MAX_RESUBMISSIONS', 'RESOLVED_DEAD_LETTER_RETENTION'],
    // It serves a few requests of one person: optimizing them is not worth a tenth of its memory.
    nodeFlags: ['--no-opt', '--no-maglev'],
    pages: [{ label: 'dead letters', path: '/docs', note: 'npm run dlq' }],
  },
  {
    name: 'payment-provider',
    does: "Stands in for a third party's API.",
    package: 'infra/payment-provider',
    port: { PAYMENT_PROVIDER_PORT: 3005 },
    settings: ['SLOW_AFTER'],
    keepsFiles: true,
    pages: [{ label: 'payment provider', path: '/ledger' }],
  },
] as const satisfies readonly Process[];

/** Backing servers, in the order in which they are shown; infra/local/src/providers and the compose template run them. */
export const SERVERS = [
  {
    name: 'postgres',
    ports: { POSTGRES_PORT: 5432 },
    replacedBy: 'POSTGRES_URL',
  },
  {
    name: 'rabbitmq',
    ports: { RABBITMQ_PORT: 5672, RABBITMQ_UI_PORT: 15_672, RABBITMQ_DIST_PORT: 15_673, RABBITMQ_EPMD_PORT: 4_370 },
    replacedBy: 'RABBITMQ_URL',
    ui: {
      label: 'RabbitMQ',
      endpoint: 'rabbitmqUi',
      port: 'RABBITMQ_UI_PORT',
      note: 'waybill, HOME/secrets/rabbitmq-password',
    },
  },
  {
    name: 'kafka',
    ports: { KAFKA_PORT: 9092, KAFKA_CONTROLLER_PORT: 9093 },
    replacedBy: 'KAFKA_BROKERS',
  },
  {
    name: 'temporal',
    ports: { TEMPORAL_PORT: 7233, TEMPORAL_UI_PORT: 8233 },
    replacedBy: 'TEMPORAL_ADDRESS',
    ui: { label: 'Temporal', endpoint: 'temporalUi', port: 'TEMPORAL_UI_PORT' },
  },
  {
    name: 'mail',
    ports: { SMTP_PORT: 1025, MAIL_PORT: 1080 },
    replacedBy: 'SMTP_URL',
    ui: { label: 'mailbox', endpoint: 'mail', port: 'MAIL_PORT', replacedBy: 'MAIL_URL' },
  },
] as const satisfies readonly Server[];
