import { SqsClient } from '../sqs/index.js';
import { quiet } from './workbench.fixture.js';

/** Prints why these settings cannot be used, in an environment without any for AWS. */
const client = new SqsClient({ ...JSON.parse(process.argv[2]!), name: 'test', logger: quiet });
await client.check().catch((error) => process.stdout.write(error.message));
await client.close();
