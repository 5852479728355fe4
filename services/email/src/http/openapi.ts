import { json, openApi, pageSchema, problemsOf, queryOf, record, types } from '@waybill/platform';
import { EmailListQuery } from './emails.controller.js';

/** The OpenAPI 3.1 document of email, generated from the schema that validates requests. */
export function openApiDocument() {
  return openApi({
    title: 'Waybill email',
    description: 'Sent mails.',
    paths: {
      '/emails': {
        get: {
          operationId: 'listEmails',
          summary: 'List sent mails, oldest first',
          parameters: queryOf(EmailListQuery),
          responses: { 200: { description: 'A page of mails', content: json(pageSchema('Email')) }, ...problemsOf() },
        },
      },
    },
    schemas: { Email },
  });
}

const { text, integer, time, uuid } = types;
const Email = record({
  orderId: uuid,
  attempt: integer,
  type: text,
  to: text,
  messageId: text,
  sentAt: time,
});
