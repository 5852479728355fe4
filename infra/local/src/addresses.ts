import type { Settings } from './settings.js';

/** The table a person needs after the start. */
export function addresses({ ports, env, home }: Settings, seconds?: number): string {
  const at = (port: number, path = '') => `http://127.0.0.1:${port}${path}`;
  const rows = [
    ['orders', at(ports.ORDER_API_PORT, '/orders')],
    ['try the API', at(ports.ORDER_API_PORT, '/docs')],
    ['stock', at(ports.INVENTORY_PORT, '/products')],
    ['payments', at(ports.PAYMENT_PORT, '/payments')],
    ['payment provider', at(ports.PAYMENT_PROVIDER_PORT, '/ledger')],
    ['mails sent', at(ports.EMAIL_PORT, '/emails')],
    ['analytics', at(ports.ANALYTICS_PORT, '/analytics/summary')],
    ['dead letters', `${at(ports.CONSOLE_PORT, '/docs')}  (npm run dlq)`],
    ['mailbox', env.SMTP_URL ? (env.MAIL_URL ?? 'your own') : at(ports.MAIL_PORT)],
    ['Temporal', env.TEMPORAL_ADDRESS ?? at(ports.TEMPORAL_UI_PORT)],
    [
      'RabbitMQ',
      env.RABBITMQ_URL ? 'your own' : `${at(ports.RABBITMQ_UI_PORT)}  (waybill, ${home}/secrets/rabbitmq-password)`,
    ],
  ];
  const table = rows.map(([what, where]) => `  ${what!.padEnd(18)} ${where}`).join('\n');
  const headline = seconds === undefined ? '' : `\nWaybill is running (after ${seconds.toFixed(1)} s).\n`;
  return `${headline}\n${table}\n\n  npm run order places an order, npm stop ends it. Logs: ${home}/logs\n`;
}
