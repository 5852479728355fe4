import { chargePayment } from '../usecases/charge-payment.js';
import { refundPayment } from '../usecases/refund-payment.js';
import { paymentDeps } from './payment.fixture.js';

/** One step in a process of its own, for a test that kills it: `step`, its request, and where to find the servers. */
const [step, request, databaseUrl, providerUrl] = process.argv.slice(2);
const deps = paymentDeps(databaseUrl!, providerUrl!);
const run = step === 'charge' ? chargePayment : refundPayment;
await run(deps, JSON.parse(request!));
process.exit(0);
