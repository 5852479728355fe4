import { arrayOf, json, openApi, problemsOf, record, ref, types } from '@waybill/platform';

/** The OpenAPI 3.1 document of analytics. */
export function openApiDocument() {
  return openApi({
    title: 'Waybill analytics',
    description: 'Figures of the shop.',
    paths: {
      '/analytics/summary': {
        get: {
          operationId: 'getSummary',
          summary: 'Orders, revenue, refunds, best sellers and latencies',
          responses: { 200: { description: 'The figures', content: json(ref('Summary')) }, ...problemsOf() },
        },
      },
    },
    schemas: { Money, Percentiles, Summary },
  });
}

const { text, integer } = types;
const milliseconds = { type: ['integer', 'null'], description: 'Milliseconds; null without any order' };

const Money = record({ amount: { ...integer, description: 'Minor units' }, currency: text });
const Percentiles = record({ p50: milliseconds, p95: milliseconds, p99: milliseconds });
const Summary = record({
  orders: { type: 'object', additionalProperties: integer, description: 'The number of orders in each status' },
  revenue: ref('Money'),
  refunds: ref('Money'),
  otherCurrencies: arrayOf(record({ revenue: ref('Money'), refunds: ref('Money') })),
  topSkus: arrayOf(record({ sku: text, quantity: integer })),
  latencies: record({
    createdToConfirmed: ref('Percentiles'),
    createdToShipped: ref('Percentiles'),
    createdToDelivered: ref('Percentiles'),
    createdToFailed: ref('Percentiles'),
  }),
});
