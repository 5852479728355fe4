import { defineQueue } from '@waybill/messaging/contract';

export const depotStore = defineQueue({ name: 'depot.store' });
