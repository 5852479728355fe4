import { deduplicationId, fromSqs, groupOf, toSqs } from './sqs-envelope.js';

const message = { queue: 'tasks', body: Buffer.from('{"grüße":1}'), properties: { messageId: 'one' } };

describe('a message in SQS', () => {
  it.each([
    ['text', Buffer.from('{"grüße":1}'), '{"grüße":1}'],
    ['a character that SQS does not take', Buffer.from('a\u0000'), 'YQA='],
    ['no text', Buffer.from([255]), '/w=='],
    ['nothing', Buffer.alloc(0), '='],
  ])('stays readable when SQS takes it, and is base64 otherwise: %s', (_, body, text) => {
    const content = toSqs({ ...message, body });
    expect(content.MessageBody).toBe(text);
    expect(fromSqs({ Body: content.MessageBody, MessageAttributes: content.MessageAttributes }).body).toEqual(body);
  });

  it.each([
    ['no envelope', undefined],
    ['an envelope that is no JSON', Buffer.from([0, 255])],
    ['an envelope of somebody else', Buffer.from('[1]')],
  ])("of another sender, with %s, is its text and has SQS's id", (_, BinaryValue) => {
    const MessageAttributes = BinaryValue && { amqp: { DataType: 'Binary', BinaryValue } };
    const received = fromSqs({ MessageId: 'id', Body: 'text', ...(MessageAttributes && { MessageAttributes }) });
    expect(received).toMatchObject({ body: Buffer.from('text'), redelivered: false, properties: { messageId: 'id' } });
  });

  it('has the same deduplication id when it is sent again later, and another one with other headers', () => {
    const at = (timestamp: number, headers = {}) =>
      deduplicationId({ ...message, properties: { ...message.properties, timestamp, headers } });
    expect(at(1)).toBe(at(2));
    expect(at(1)).not.toBe(at(1, { 'x-waybill-attempts': '1' }));
  });

  it('is in the group of its key, else of its subject, else in its own', () => {
    const about = { ...message, properties: { headers: { 'cloudEvents:subject': 'order 1' } } };
    expect(groupOf({ ...about, key: 'k' })).toBe('k');
    expect(groupOf(about)).toBe(groupOf({ ...message, key: 'order 1' }));
    expect(groupOf(about)).toMatch(/^[0-9a-f]{64}$/); // a space is not allowed
    expect(groupOf(message)).not.toBe(groupOf(message));
  });
});
