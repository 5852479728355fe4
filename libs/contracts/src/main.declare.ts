import { brokersConfig, carrierSettings, declareTopology, missingBrokers } from '@waybill/messaging';
import { createLogger, loadConfig, processConfig } from '@waybill/platform';
import { topology } from './topology.js';

/** Declares all topics and queues before any process needs them, then exits. */
const config = loadConfig({ LOG_LEVEL: processConfig.LOG_LEVEL, ...brokersConfig }, missingBrokers);
const logger = createLogger({ service: 'declare', level: config.LOG_LEVEL });
try {
  await declareTopology(topology, { ...carrierSettings(config), name: 'declare', logger });
  logger.info({ topics: topology.topics.length, queues: topology.queues.length }, 'declared');
} catch (error) {
  logger.error({ err: error }, 'could not declare the topics and queues');
  process.exitCode = 1;
}
