import { defineCommand, endpointsOption, printResult, readEndpoints, runCommand, wholeNumber } from '@waybill/cli';
import { z } from 'zod';
import { endedOrdersWithMoney } from './reconcile/ended-orders.js';
import { reconcilePayments } from './reconcile/reconcile-payments.js';
import { formatReconciliation, isClean } from './reconcile/reconciliation-report.js';

const flag = z.boolean().default(false);

const reconcile = defineCommand({
  command: 'npm run reconcile',
  about:
    "Compares payment's rows with the provider's ledger, repairs what is safe, and checks that the orders that ended hold the money that they should. Exits with 1 when something is left to look at.",
  options: {
    endpoints: endpointsOption,
    days: { value: 'N', help: 'how far back; default 7', schema: wholeNumber(3_650).prefault('7') },
    'dry-run': { help: 'report only, repair nothing', schema: flag },
    json: { help: 'print the result as JSON', schema: flag },
  },
  async run({ days, 'dry-run': dryRun, json, ...options }) {
    const endpoints = readEndpoints(options.endpoints, ['orderApi', 'payment', 'paymentProvider', 'operatorToken']);
    const payments = await reconcilePayments(endpoints, { days, repair: !dryRun });
    const result = { ...payments, orders: await endedOrdersWithMoney(endpoints) };
    printResult(json, result, formatReconciliation);
    return isClean(result) ? 0 : 1;
  },
});

await runCommand(reconcile, process.argv.slice(2), { exitCodeOnFailure: 2 });
