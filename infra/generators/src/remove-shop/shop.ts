/** What `npm run remove:shop` removes and changes; what it adds is in templates/example. */

/** Files and folders, as patterns from the root. */
export const REMOVED = [
  'services/{order,inventory,payment,email,analytics}',
  'services/console/src/{dead-letters/discarded-orders.ts,orders}',
  'services/console/web/src/orders',
  'services/console/web/src/api/{shop,types/{analytics,email,inventory,order,payment}}.ts',
  'services/console/src/invariants',
  'services/console/src/overview/order-figures.ts',
  'services/console/web/src/overview/order{-charts.ts,s-by-status.tsx}',
  'services/console/src/test/{overview.spec,processes.fixture}.ts',
  'services/console/web/src/faults/invariants*',
  'services/console/src/faults/shop-messages.ts',
  'services/console/src/test/{claim-check,collecting,faults,operators-view,review}.spec.ts',
  'tests/browser/!(accessibility|console-page|every-page*|sign-in*).ts',
  'services/console/src/test/order-trace*.ts',
  'libs/contracts/src/{catalog.events,email.tasks,payments.activities,webhooks.tasks}.ts',
  'libs/contracts/src/{inventory,orders,payments}.{events,tasks}.ts',
  'libs/contracts/history/*.json',
  'infra/{shop-cli,payment-provider}',
  'infra/system/src/dashboards/{order-flow,saga-and-money}.ts',
  'infra/system/src/broker-*.ts',
  'infra/grafana/dashboards/{order-flow,saga-and-money}.json',
  'infra/prometheus/{alerts,tests}/orders.yml',
  'infra/local/src/faults/invariants.ts',
  'infra/local/src/{main.analytics-rebuild,bench,test-compose,providers/mail}.ts',
  'infra/local/same-origin.mjs',
  'bench',
  'tests/{e2e,fork,fuzz}',
  'tests/compose/!(network.yml)',
  'tests/system/!(running-system|processes|processes.spec|shown-metrics|shown-metrics.spec).ts',
  'tests/{otlp-receiver,shop,shop-under-test,shop-workload,system-under-test,webhook-receiver}.ts',
  'docs/decisions/{0004,0013,0014,0016}-*.md',
  'docs/guide/walk-one-order.md',
  'docs/runbooks/{CompensationFailing,NoOrderConfirmed,SagaStuck}.md',
  'docs/runbooks/{PaymentProviderDown,PaymentsDisagreeWithLedger,PaymentsNotReconciled}.md',
];

/** This command itself. */
export const GENERATOR = [
  'infra/generators/templates/example',
  'infra/generators/src/{remove-shop,main.remove-shop.ts}',
];

/** Scripts of package.json, with their lines in help.txt and bootstrap.mjs. */
export const COMMANDS = [
  'test:carriers',
  'test:crash',
  'test:compose',
  'test:fork',
  'test:fuzz',
  'test:long',
  'order',
  'invariants',
  'reconcile',
  'order:trace',
  'analytics:rebuild',
  'bench',
  'remove:shop',
];

/** Dependencies that tests/ then has no use for. */
export const UNUSED_IN_TESTS = ['@temporalio/client', 'kafkajs', 'standardwebhooks', 'uuid'];

export type Edit = [what: string | RegExp, by: string];
const cut = (what: string | RegExp): Edit => [what, ''];

/** In files that stay. Each must be found: a change of the shop that forgets this list fails. */
export const EDITS: Record<string, Edit[]> = {
  'services/console/src/console.module.ts': [
    cut(/^import \{ InvariantsModule \}.*\n/m),
    cut(/^ +InvariantsModule\.with\(.*\n/m),
    cut(/^import \{ OrdersModule \}.*\n/m),
    cut(/^ +OrdersModule\.with\(.*\n/m),
  ],
  'services/console/src/dead-letters/dead-letters.module.ts': [
    cut(/^import \{ whenDiscarded \}.*\n/m),
    ['validateBody, whenDiscarded, ', 'validateBody, '],
  ],
  'services/console/src/http/openapi.ts': [
    cut(/^import \{ (invariant|order)Paths.*\n/gm),
    cut(/^ +\.\.\.(invariant|order)(Paths|Schemas),\n/gm),
  ],
  'services/console/src/faults/faults.module.ts': [
    cut(/^import \{ shopMessages \}.*\n/m),
    cut(/^ +real: shopMessages\(.*\n/m),
  ],
  'infra/local/src/faults/index.ts': [cut(/^import \{ invariantsOf \}.*\n/m), cut(', reads: invariantsOf(home)')],
  'services/console/src/config.ts': [cut(/^ +\/\*\* Base URL of Temporal's HTTP API.*\n.*TEMPORAL_HTTP_URL.*\n/m)],
  'services/console/web/src/shell/areas.ts': [cut(/^import \{ orders \}.*\n/m), cut(/\borders, /)],
  'services/console/src/sources.ts': [
    [', ORDERS_FOR_REVIEW, ordersProcess, topology', ', topology'],
    cut(/^ +\/\/ A failed order: .*\n.*ORDERS_FOR_REVIEW.*\n/m),
  ],
  'services/console/web/src/faults/faults.page.tsx': [
    cut(/^import \{ InvariantsPanel \}.*\n/m),
    cut(/^ +<InvariantsPanel \/>\n/m),
  ],
  'services/console/src/overview/extensions.ts': [cut(/^import \{ orderFigures \}.*\n/m), ['[orderFigures]', '[]']],
  'services/console/web/src/overview/sections.ts': [
    cut(/^import \{ OrdersByStatus \}.*\n/m),
    ['[OrdersByStatus]', '[]'],
  ],
  'services/console/web/src/overview/chart-data.ts': [
    cut(/^import \{ ORDER_CHARTS \}.*\n/m),
    cut(/^ +\.\.\.ORDER_CHARTS,\n/m),
  ],
  'services/console/web/src/api/index.ts': [cut(/^export .* from '\.\/shop\.js';\n/m)],
  'services/console/src/test/sources.spec.ts': [['toBeGreaterThan(15)', 'toBeGreaterThan(1)']],
  'infra/system/src/declaration.ts': [
    [`('OPERATOR_TOKEN' | 'PAYMENT_TOKEN_KEY' | 'WEBHOOK_SECRET')[]`, `'OPERATOR_TOKEN'[]`],
    [` | 'mail';`, ';'],
  ],
  'infra/system/src/generate.ts': [cut(/^import \{ brokerFigures \}.*\n/m), cut(/^ +brokerFigures\(root\),\n/m)],
  'infra/system/src/index.ts': [cut(/^export .* from '\.\/broker-.*\n/gm)],
  'docs/choosing-a-broker.md': [cut(/^<!-- (Written by|End of).*\n/gm)],
  'infra/system/src/compose.ts': [cut(/^ {2}mail: 'SMTP_URL.*\n/m), cut(/^ +'TEMPORAL_HTTP_URL: .*\n/m)],
  'infra/system/src/endpoints.ts': [cut(/^ +webhookSecret: .*\n/m)],
  'infra/local/src/services.ts': [
    cut(/^ +WEBHOOK_SECRET: .*\n.*\n +WEBHOOK_TARGETS: .*\n +PAYMENT_TOKEN_KEY: .*\n/m),
    cut(/^\/\*\* The form of Standard Webhooks\. \*\/\n(.+\n)+\n/m),
  ],
  'infra/local/src/system.ts': [cut(/^ {2}webhookSecret,\n/m), cut(/^ +webhookSecret: .*\n/m)],
  'infra/local/src/addresses.ts': [
    cut(/^ {2}const saga = \[\n(.+\n)+? {2}\];\n/m),
    ['...uis, brokers, saga]', '...uis, brokers]'],
    cut(/^ {2}const order = .*\n/m),
    [/\$\{order\}npm stop/, 'npm stop'],
  ],
  'infra/local/src/main.ts': [
    cut(/^import \{ (bench|testCompose) \}.*\n/gm),
    [
      /import \{[^}]+\} from '\.\/test\.js'/,
      "import { lint, test, testBrowser, testCrashOfPackages, testUnit } from './test.js'",
    ],
    cut(/^ {2}(bench|'test:(carriers|crash|fork|fuzz)'): \(.*\n/gm),
    cut(/^ {2}'test:(long|compose)': \((.|\n)+?\n {2}\},\n/gm),
  ],
  'infra/local/src/status-text.ts': [
    [/^.*\$\{counts\(orders\.(.+\n)+?.*confirmed`,\n/m, ''],
    cut(/^(\/\*\*.*\n)?function counts\((.|\n)+?\n\}\n\n?/m),
    ['{ orders, rates,', '{ rates,'],
  ],
  'infra/local/src/status-figures.spec.ts': [cut(/^ +'Orders {2}(.+\n)+?.*confirmed',\n/m)],
  'infra/local/src/settings.spec.ts': [
    [/ORDER_API_PORT/g, 'PARCELS_PORT'],
    ['INVENTORY_PORT', 'DEPOT_PORT'],
    ["'9000'", "'3000'"],
  ],
  'infra/local/src/test-needs.spec.ts': [
    ['services/inventory/dist/test/stock-count.spec.js', 'services/parcels/dist/test/parcels.spec.js'],
    ['e2e/confirmed-order.spec.js', 'e2e/parcel.spec.js'],
  ],
  'infra/local/src/ports.spec.ts': [[/ORDER_API_PORT/g, 'PARCELS_PORT']],
  'infra/local/src/providers/index.ts': [cut(/^import \{ mail \}.*\n/m), [', mail };', ' };']],
  'infra/local/src/test-needs.ts': [cut(/^ {2}(smtp|mail): 'mail',\n/gm)],
  'infra/local/src/metrics-document.ts': [cut(/^ {2}SMTP_URL: .*\n/m)],
  'infra/local/src/toolchain.ts': [cut(/^ {2}maildev: .*\n/m)],
  'infra/local/toolchain.json': [cut(/,\n {2}"maildev": .*(?=\n)/)],
  'infra/local/doctor.mjs': [cut(/^ +named\('Maildev'.*\n/m)],
  'infra/local/help.txt': [
    [', TEMPORAL_ADDRESS, SMTP_URL and MAIL_URL', ' and TEMPORAL_ADDRESS'],
    [', parked keys, orders', ', parked keys'],
  ],
  'infra/local/README.md': [cut(/^\| Maildev .*\n/m)],
  'infra/local/bootstrap/stamps.mjs': [cut("'bench', ")],
  'pnpm-workspace.yaml': [cut(/^ {2}- bench\n/m)],
  'infra/docker/docker-compose.yml.template': [
    [/order-api/g, 'parcels'],
    ['ORDER_API_PORT', 'PARCELS_PORT'],
    cut(/^ {2}# Shows every mail(.|\n)+?\n\n/m),
    cut(/^ {2}mail:\n/m),
  ],
  'infra/nginx/nginx.conf': [[/order-api/g, 'parcels']],
  'tests/architecture.spec.ts': [cut(/^ {2}it\('workflows import only(.|\n)+?\n {2}\}\);\n\n/m)],
  'tests/system/shown-metrics.spec.ts': [cut('payment_provider|'), cut(" || name.startsWith('payment_provider_')")],
  'biome.json': [
    [
      /"includes": \[[^\]]*histories[^\]]*\]/,
      '"includes": [\n        "libs/contracts/history/**",\n        "infra/grafana/dashboards/**",\n        "services/console/web/src/api/types/**"\n      ]',
    ],
  ],
};
