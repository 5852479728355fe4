import {
  arrayOf,
  json,
  openApi,
  operatorToken,
  pageSchema,
  problemsOf,
  problemsWithBody,
  queryOf,
  record,
  ref,
  schemaOf,
  types,
} from '@waybill/platform';
import { FOR_REVIEW, REPAIRABLE } from '../domain/reconciliation.js';
import { PaymentListQuery } from './payments.controller.js';
import { ReconciliationRequest } from './reconciliations.controller.js';

/** The OpenAPI 3.1 document of payment, generated from the schema that validates requests. */
export function openApiDocument() {
  return openApi({
    title: 'Waybill payment',
    description: 'Charges and refunds.',
    paths: {
      '/payments': {
        get: {
          operationId: 'listPayments',
          summary: 'List charges and refunds, refused ones too, oldest first',
          parameters: queryOf(PaymentListQuery),
          responses: {
            200: { description: 'A page of payments', content: json(pageSchema('Payment')) },
            ...problemsOf(),
          },
        },
      },
      '/reconciliations': {
        post: {
          operationId: 'reconcile',
          summary: "Compare payments with the provider's ledger now, and repair what is safe",
          security: [{ operatorToken: [] }],
          requestBody: { required: true, content: json(schemaOf(ReconciliationRequest)) },
          responses: {
            200: { description: 'What was compared and found', content: json(ref('Reconciliation')) },
            ...problemsWithBody({
              401: 'The operator token is missing or wrong',
              503: 'The database or the payment provider is unavailable',
            }),
          },
        },
      },
    },
    securitySchemes: operatorToken,
    schemas: { Payment, Reconciliation },
  });
}

const { text, integer, uuid, time } = types;
const Payment = record(
  {
    paymentId: uuid,
    orderId: uuid,
    attempt: integer,
    type: { type: 'string', enum: ['charge', 'refund'] },
    status: { type: 'string', enum: ['SUCCEEDED', 'REFUSED'] },
    amount: { ...integer, description: 'Minor units' },
    currency: text,
    at: time,
  },
  { reason: { ...text, description: 'Why a charge was REFUSED, or refunded although nobody requested it' } },
);

const Finding = record(
  {
    kind: { type: 'string', enum: [...REPAIRABLE, ...FOR_REVIEW] },
    repaired: { type: 'boolean' },
    type: { type: 'string', enum: ['charge', 'refund'] },
    providerId: text,
  },
  { orderId: uuid, attempt: integer, problem: { ...text, description: 'Why the repair failed' } },
);
const Reconciliation = record({
  since: time,
  until: { ...time, description: 'What is later was not compared' },
  entries: { ...integer, description: "Of the provider's ledger" },
  payments: { ...integer, description: 'Of our rows' },
  findings: arrayOf(Finding),
});
