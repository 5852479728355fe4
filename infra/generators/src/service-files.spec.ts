import { knownContracts } from './known-contracts.js';
import { newFiles } from './service-files.js';
import { planOf, type ServiceRequest } from './service-plan.js';
import { SmallRepository } from './small-repository.fixture.js';

const repository = new SmallRepository();
afterAll(() => repository.remove());

const samples = new Map([['ParcelWeighed', { parcelId: '0190a5c2-0000-7000-8000-000000000000', grams: 5 }]]);

function filesOf(request: Partial<ServiceRequest>): Map<string, string> {
  const plain = { name: 'gift-cards', port: 4_000, events: [], tasks: [], emits: [] };
  return new Map(newFiles(planOf({ ...plain, ...request }, knownContracts(repository.root), samples)));
}

describe('a new service', () => {
  it('has what every service has, and a handler with its test for each message', () => {
    const files = filesOf({ events: ['ParcelWeighed'], tasks: ['SendCard'], emits: ['CardSold'] });
    expect([...files.keys()].sort()).toEqual(
      [
        'libs/contracts/history/waybill.CardSold.v1.json',
        'libs/contracts/history/waybill.SendCard.v1.json',
        'libs/contracts/src/gift-cards.events.ts',
        'libs/contracts/src/gift-cards.tasks.ts',
        'services/gift-cards/package.json',
        'services/gift-cards/prisma/migrations/0001_gift-cards/migration.sql',
        'services/gift-cards/prisma/schema.prisma',
        'services/gift-cards/src/config.ts',
        'services/gift-cards/src/domain/entry.ts',
        'services/gift-cards/src/gift-cards.module.ts',
        'services/gift-cards/src/handlers/index.ts',
        'services/gift-cards/src/handlers/parcel-weighed.handler.ts',
        'services/gift-cards/src/handlers/send-card.handler.ts',
        'services/gift-cards/src/http/entries.controller.ts',
        'services/gift-cards/src/http/openapi.ts',
        'services/gift-cards/src/main.ts',
        'services/gift-cards/src/persistence/entry.queries.ts',
        'services/gift-cards/src/persistence/entry.repository.ts',
        'services/gift-cards/src/test/entries.spec.ts',
        'services/gift-cards/src/test/gift-cards.fixture.ts',
        'services/gift-cards/src/test/parcel-weighed.spec.ts',
        'services/gift-cards/src/test/send-card.spec.ts',
        'services/gift-cards/tsconfig.json',
      ].sort(),
    );
  });

  it('leaves no place of a template unfilled, and no word of its example', () => {
    for (const [path, content] of filesOf({ events: ['ParcelWeighed'], tasks: ['SendCard'], emits: ['CardSold'] }))
      expect([path, /\{\{|loyalty/i.exec(content)?.[0]]).toEqual([path, undefined]);
  });

  it('sends the first event from the first handler, and what is left from the last', () => {
    const files = filesOf({
      events: ['ParcelWeighed'],
      tasks: ['SendCard'],
      emits: ['CardSold', 'CardSent', 'CardPaid'],
    });
    const handler = (file: string) => files.get(`services/gift-cards/src/handlers/${file}.handler.ts`);
    expect(handler('parcel-weighed')).toContain('outbox.add(tx, CardSold.of({ parcelId }))');
    expect(handler('send-card')).toContain('outbox.add(tx, CardSent.of({ orderId }), CardPaid.of({ orderId }))');
    expect(files.get('libs/contracts/src/gift-cards.events.ts')).toContain('schema: z.object({ parcelId: z.uuid() })');
  });

  it('is tested with a message as it was sent before, about something else each time', () => {
    const spec = filesOf({ events: ['ParcelWeighed'] }).get('services/gift-cards/src/test/parcel-weighed.spec.ts');
    expect(spec).toContain('({"parcelId":crypto.randomUUID(),"grams":5})');
  });

  it('is about whatever its event is about', () => {
    const files = filesOf({ events: ['ScaleBroke'], emits: ['ScaleReplaced'] });
    expect(files.get('services/gift-cards/src/handlers/scale-broke.handler.ts')).toContain(
      'ScaleReplaced.of({ scale })',
    );
    expect(files.get('libs/contracts/src/gift-cards.events.ts')).toContain('scale: z.string().min(1)');
  });

  it('may have no message at all', () => {
    const files = filesOf({});
    expect(files.get('services/gift-cards/src/domain/entry.ts')).toContain('type Cause = never');
    expect([...files.keys()].filter((path) => path.startsWith('libs/'))).toEqual([]);
  });
});
