import { json, openApi, problemsOf, problemsWithBody, record, ref, schemaOf, types } from '@waybill/platform';
import { ParcelRequest } from './parcels.controller.js';

/** The OpenAPI 3.1 document of parcels, generated from the schema that validates requests. */
export function openApiDocument() {
  return openApi({
    title: 'Waybill parcels',
    description: 'Hand parcels in and see where they are.',
    paths: {
      '/parcels': {
        post: {
          operationId: 'acceptParcel',
          summary: 'Hand a parcel in',
          requestBody: { required: true, content: json(schemaOf(ParcelRequest), { content: 'a teapot' }) },
          responses: {
            202: {
              description: 'Accepted; the depot stores it soon',
              headers: { Location: { required: true, schema: text } },
              content: json(ref('NewParcel')),
            },
            ...problemsWithBody(),
          },
        },
      },
      '/parcels/{parcelId}': {
        get: {
          operationId: 'getParcel',
          summary: 'One parcel, and where it is',
          parameters: [{ name: 'parcelId', in: 'path', required: true, schema: uuid }],
          responses: {
            200: { description: 'The parcel', content: json(ref('Parcel')) },
            ...problemsOf({ 404: 'No such parcel' }),
          },
        },
      },
    },
    schemas: { NewParcel, Parcel },
  });
}

const { text, time, uuid } = types;
const NewParcel = record({ parcelId: uuid, content: text });
const Parcel = record(
  { parcelId: uuid, content: text, acceptedAt: time },
  { stored: record({ shelf: text, at: time }) },
);
