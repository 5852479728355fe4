import { type Environment, readSettings, type Settings } from './settings.js';

/** All ports below 32768: from there on they are the system's to give to outgoing connections. */
export const portBase = () => Number(process.env.WAYBILL_TEST_PORT_BASE ?? '16000');
/** Own data, own ports, and a carrier and a search for lost sagas that do not take a minute. */
export function testSettings(home: string, env: Environment, portOffset = 0): Settings {
  return readSettings({
    CARRIER_DISPATCH_AFTER: '1s',
    CARRIER_DELIVER_AFTER: '1s',
    SAGA_SWEEP_INTERVAL: '1s',
    SAGA_LOST_AFTER: '4s',
    WEBHOOK_RETRIES: '2',
    ...env,
    ...process.env,
    WAYBILL_HOME: home,
    WAYBILL_PORT_BASE: String(portBase() + portOffset),
  });
}
