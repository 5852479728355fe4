import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DECLARATION, declareService, QUEUES, TOPICS, undeclareService, undefine } from './declaration.js';
import { planOf } from './service-plan.js';
import { SmallRepository } from './small-repository.fixture.js';

let repository: SmallRepository;
beforeEach(() => {
  repository = new SmallRepository();
});
afterEach(() => repository.remove());

const read = (path: string) => readFileSync(join(repository.root, path), 'utf8');
const plan = planOf(
  { name: 'gift-cards', port: 4_000, events: [], tasks: ['SendCard'], emits: ['CardSold'] },
  [],
  new Map(),
);

describe('the declaration of a service', () => {
  it('says where it listens, what it stores and what it needs, beside the other processes', () => {
    expect(declareService(repository.root, plan)).toEqual([DECLARATION, TOPICS, QUEUES]);
    expect(read(DECLARATION)).toMatch(/name: 'parcels'[\s\S]*name: 'gift-cards'[\s\S]*\n\] as const satisfies/);
    expect(read(DECLARATION)).toContain(`port: { GIFT_CARDS_PORT: 4000 },\n    database: 'gift_cards',`);
    expect(read(TOPICS)).toContain(`export const giftCardsEvents = defineTopic({ name: 'gift-cards.events' });\n`);
    expect(read(QUEUES)).toContain(`export const giftCardsSendCard = defineQueue({ name: 'gift-cards.send-card' });\n`);
  });

  it('is taken back without a trace', () => {
    const before = [DECLARATION, TOPICS, QUEUES].map(read);
    declareService(repository.root, plan);
    undeclareService(repository.root, 'gift-cards');
    for (const path of [TOPICS, QUEUES]) undefine(repository.root, path, ['giftCardsEvents', 'giftCardsSendCard']);
    expect([DECLARATION, TOPICS, QUEUES].map(read)).toEqual(before);
  });

  it('goes with its comments, and leaves the others', () => {
    undefine(repository.root, QUEUES, ['scalesReset']);
    expect(read(QUEUES)).toMatch(/parcelsWeigh = defineQueue\(\{ name: 'parcels.weigh' \}\);\n$/);
    undeclareService(repository.root, 'parcels');
    expect(read(DECLARATION)).toBe('export const PROCESSES = [\n] as const satisfies readonly Process[];\n');
  });
});
