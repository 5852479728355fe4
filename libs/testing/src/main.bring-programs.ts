import { natsServer } from './nats.js';
import { versitygw } from './s3.js';
import { elasticMq } from './sqs.js';

/**
 * `node libs/testing/dist/main.bring-programs.js` brings the programs that tests start themselves, which may take a compiler minutes.
 * Without one of them the tests that need it fail with the same reason.
 */
for (const [name, bring] of Object.entries({ 'nats-server': natsServer, versitygw, ElasticMQ: elasticMq })) {
  const begun = performance.now();
  const outcome = await bring().then(
    () => 'there',
    (error: Error) => error.message,
  );
  const seconds = Math.round((performance.now() - begun) / 1_000);
  if (outcome !== 'there' || seconds > 0) console.log(`  ${name} for the tests: ${outcome}, ${seconds} s`);
}
