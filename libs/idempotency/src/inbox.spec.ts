import { PostgresInbox } from './inbox.js';
import { effect, Service } from './transactions.fixture.js';

describe('the inbox', () => {
  let service: Service;
  const inbox = new PostgresInbox();
  beforeAll(async () => {
    service = await Service.open();
  });
  afterEach(() => service.database.pool.query('TRUNCATE waybill.inbox, effects'));
  afterAll(() => service.close());

  const receive = (messageId: string, consumer = 'inventory') =>
    service.transaction(async (tx) => {
      const first = await inbox.firstTime(tx, { consumer, messageId });
      if (first) await effect(tx, messageId);
      return first;
    });

  it('lets a message take effect once per consumer', async () => {
    expect(await receive('m1')).toBe(true);
    expect(await receive('m1')).toBe(false);
    expect(await receive('m1', 'email')).toBe(true);
    expect(await service.effects()).toEqual(['m1', 'm1']);
  });

  it('lets one of many concurrent deliveries take effect', async () => {
    const firsts = await Promise.all(Array.from({ length: 20 }, () => receive('m2')));
    expect(firsts.filter(Boolean)).toHaveLength(1);
    expect(await service.effects()).toEqual(['m2']);
  });

  it('rolls the mark back together with the effect', async () => {
    const failing = service.transaction(async (tx) => {
      await inbox.firstTime(tx, { consumer: 'inventory', messageId: 'm3' });
      throw new Error('the work failed');
    });
    await expect(failing).rejects.toThrow('the work failed');
    expect(await receive('m3')).toBe(true);
  });
});
