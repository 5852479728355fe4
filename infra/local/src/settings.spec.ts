import { readSettings } from './settings.js';

describe('the ports', () => {
  it('are the documented ones, all moved by WAYBILL_PORT_BASE', () => {
    expect(readSettings({}).ports.ORDER_API_PORT).toBe(3000);
    expect(readSettings({ WAYBILL_PORT_BASE: '20000' }).ports).toMatchObject({
      ORDER_API_PORT: 23_000,
      KAFKA_PORT: 29_092,
    });
  });

  it('can be set one by one, and then ignore WAYBILL_PORT_BASE', () => {
    const { ports } = readSettings({ WAYBILL_PORT_BASE: '20000', ORDER_API_PORT: '8080' });
    expect(ports).toMatchObject({ ORDER_API_PORT: 8080, INVENTORY_PORT: 23_001 });
  });

  it.each([[{ ORDER_API_PORT: '6000' }], [{ WAYBILL_PORT_BASE: '9000' }]])(
    'are rejected when browsers refuse them: %j',
    (env) => {
      expect(() => readSettings(env)).toThrow(/_PORT would be (6000|10080), which fetch and browsers refuse/);
    },
  );

  it.each([[{ ORDER_API_PORT: 'http' }], [{ WAYBILL_PORT_BASE: '-1' }], [{ WAYBILL_PORT_BASE: '60000' }]])(
    'are rejected when they are not port numbers: %j',
    (env) => {
      expect(() => readSettings(env)).toThrow();
    },
  );
});
