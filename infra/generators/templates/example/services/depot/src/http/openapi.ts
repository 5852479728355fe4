import { json, openApi, pageSchema, problemsOf, queryOf, record, types } from '@waybill/platform';
import { StoredParcelQuery } from './stored-parcels.controller.js';

/** The OpenAPI 3.1 document of depot, generated from the schema that validates requests. */
export function openApiDocument() {
  return openApi({
    title: 'Waybill depot',
    description: 'What is on which shelf.',
    paths: {
      '/stored-parcels': {
        get: {
          operationId: 'listStoredParcels',
          summary: 'List stored parcels, oldest first',
          parameters: queryOf(StoredParcelQuery),
          responses: {
            200: { description: 'A page of parcels', content: json(pageSchema('StoredParcel')) },
            ...problemsOf(),
          },
        },
      },
    },
    schemas: { StoredParcel },
  });
}

const { text, time, uuid } = types;
const StoredParcel = record({ parcelId: uuid, content: text, shelf: text, storedAt: time });
