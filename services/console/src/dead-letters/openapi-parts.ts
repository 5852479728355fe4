import { types } from '@waybill/platform';

/** What the operations on dead letters and on batches have in common. */

export const unauthorized = { 401: 'The operator token is missing or wrong' };
export const unknown = { 404: 'No such dead letter or batch' };
export const unchanged = {
  409: 'Nothing was changed: it is already resolved, has changed since, was resubmitted too often, or has ended',
};

export const id = { name: 'id', in: 'path', required: true, schema: types.uuid };
export const operator = {
  name: 'X-Operator',
  in: 'header',
  description:
    'Who makes the change, for the history: up to 64 visible characters, percent-encoded beyond ASCII. Default `operator`.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$' },
};

export const maybeText = { type: ['string', 'null'] };
