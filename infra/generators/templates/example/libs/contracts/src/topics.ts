import { defineTopic } from '@waybill/messaging/contract';

export const depotEvents = defineTopic({ name: 'depot.events' });
