import type { Process, Server } from './declaration.js';

/**
 * The whole system on one page. The launcher, docker-compose.yml, endpoints.json, Prometheus and the tests follow it.
 * To add a service: its folder, its process here, `npm run generate`.
 */
export const PROCESSES = [
  {
    name: 'parcels',
    does: 'Parcels that clients hand in.',
    package: 'services/parcels',
    port: { PARCELS_PORT: 3000 },
    database: 'parcels',
    needs: ['tasks', 'events'],
    secrets: ['OPERATOR_TOKEN'],
    published: 'by nginx',
    scaleOut: { as: 'more-parcels', copies: 1 },
    pages: [{ label: 'parcels', path: '/openapi.json' }],
  },
  {
    name: 'depot',
    does: 'Puts parcels on shelves.',
    package: 'services/depot',
    port: { DEPOT_PORT: 3001 },
    database: 'depot',
    needs: ['tasks', 'events'],
    secrets: ['OPERATOR_TOKEN'],
    pages: [{ label: 'shelves', path: '/stored-parcels' }],
  },
  {
    name: 'console',
    does: "The operator's page and API: dead letters, for review, and how far all consumers are behind.",
    package: 'services/console',
    port: { CONSOLE_PORT: 3006 },
    endpoint: 'deadLetters',
    database: 'console',
    needs: ['tasks', 'events'],
    secrets: ['OPERATOR_TOKEN'],
    showsAll: true,
    settings: [
      'READER_TOKEN',
      'PROMETHEUS_URL',
      'MAX_RESUBMISSIONS',
      'RESOLVED_DEAD_LETTER_RETENTION',
      'RABBITMQ_MANAGEMENT_URL',
    ],
    // It serves a few requests of one person: optimizing them is not worth a tenth of its memory.
    nodeFlags: ['--no-opt', '--no-maglev', '--min-semi-space-size=4'],
    pages: [{ label: 'console', path: '/', note: 'npm run console opens it' }],
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
    carries: ['tasks'],
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
    carries: ['events'],
    replacedBy: 'KAFKA_BROKERS',
  },
  {
    name: 'nats',
    ports: { NATS_PORT: 4222 },
    carries: ['events', 'tasks'],
    replacedBy: 'NATS_URL',
  },
  {
    name: 'sqs',
    ports: { SQS_PORT: 9324 },
    carries: ['tasks'],
    replacedBy: 'SQS_ENDPOINT',
  },
  {
    name: 'temporal',
    ports: { TEMPORAL_PORT: 7233, TEMPORAL_UI_PORT: 8233 },
    replacedBy: 'TEMPORAL_ADDRESS',
    ui: { label: 'Temporal', endpoint: 'temporalUi', port: 'TEMPORAL_UI_PORT' },
  },
] as const satisfies readonly Server[];
