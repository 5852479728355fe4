import { z } from 'zod';
import { breakingChanges, type JsonSchema } from './breaking-changes.js';

const json = (schema: z.ZodType) => z.toJSONSchema(schema) as JsonSchema;

const published = {
  orderId: z.string(),
  reason: z.enum(['SOLD_OUT', 'BANNED']).optional(),
  items: z.array(z.object({ sku: z.string().regex(/^[A-Z]+$/), quantity: z.int().positive() })),
};
const changesTo = (shape: z.ZodRawShape) => breakingChanges(json(z.object(published)), json(z.object(shape)));
const withLine = (line: z.ZodRawShape) => changesTo({ ...published, items: z.array(z.object(line)) });

describe('a schema that only grows', () => {
  it('breaks no consumer with a new optional property, nested ones included', () => {
    expect(changesTo({ ...published, note: z.string().optional() })).toEqual([]);
    expect(withLine({ ...published.items.element.shape, gift: z.boolean().optional() })).toEqual([]);
  });

  it('breaks no consumer with a new description', () => {
    expect(changesTo({ ...published, orderId: z.string().describe('the order') })).toEqual([]);
  });
});

describe('a breaking change', () => {
  const { orderId, ...withoutId } = published;
  const { sku, quantity } = published.items.element.shape;
  it.each([
    ['a removed property', changesTo(withoutId), 'body.orderId was removed: its readers find nothing'],
    [
      'a new required property',
      changesTo({ ...published, by: z.string() }),
      'body.by is now required: messages that were sent before lack it',
    ],
    [
      'a property that became optional',
      changesTo({ ...published, orderId: orderId.optional() }),
      'body.orderId is now optional: its readers rely on it',
    ],
    [
      'a removed value',
      changesTo({ ...published, reason: z.enum(['SOLD_OUT']).optional() }),
      'body.reason can no longer be BANNED: messages that were sent contain it',
    ],
    [
      'a new value',
      changesTo({ ...published, reason: z.enum(['SOLD_OUT', 'BANNED', 'LATE']).optional() }),
      'body.reason can now be LATE: its readers do not know that value',
    ],
    ['another type', changesTo({ ...published, orderId: z.number() }), 'body.orderId: type was "string", is "number"'],
    [
      'a stricter pattern inside a list',
      withLine({ sku: z.string().regex(/^B/), quantity }),
      'body.items[].sku: pattern',
    ],
    ['a looser bound inside a list', withLine({ sku, quantity: z.int() }), 'body.items[].quantity: exclusiveMinimum'],
  ])('is %s, and its sentence says so', (_, changes, sentence) => {
    expect(changes.join('\n')).toContain(sentence);
  });
});
