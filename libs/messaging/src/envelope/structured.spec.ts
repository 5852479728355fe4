import { CloudEvent, Kafka } from 'cloudevents';
import { structuredEvent } from './structured.js';

const CONTENT_TYPE = 'application/cloudevents+json';
const EVENT = { specversion: '1.0', id: 'a\0b', type: 'test.Arrived.v1', source: '/test', subject: 'p1', attempt: 3 };
const read = (event: object, contentType = CONTENT_TYPE) =>
  structuredEvent(contentType, Buffer.from(JSON.stringify(event)));

describe('a CloudEvent in structured mode', () => {
  it("is read as CloudEvents' own SDK writes it", () => {
    const { headers, value } = Kafka.structured(new CloudEvent({ ...EVENT, id: 'a', data: { to: 'Malmö' } }));
    const event = structuredEvent(String(headers['content-type']), Buffer.from(String(value)));
    expect(event!.attributes).toMatchObject({
      id: 'a',
      type: EVENT.type,
      source: '/test',
      subject: 'p1',
      attempt: '3',
    });
    expect(JSON.parse(String(event!.data))).toEqual({ to: 'Malmö' });
  });

  it.each([
    ['JSON', { data: { to: 'Malmö' } }, '{"to":"Malmö"}'],
    ['JSON that is a string', { data: 'Malmö' }, '"Malmö"'],
    ['JSON null', { data: null }, 'null'],
    ['text', { data: '<to>Malmö</to>', datacontenttype: 'text/xml' }, '<to>Malmö</to>'],
    ['JSON of another type', { data: [1], datacontenttype: 'application/vnd.test+json; charset=utf-8' }, '[1]'],
    ['bytes', { data_base64: 'AAH/', datacontenttype: 'application/octet-stream' }, Buffer.from([0, 1, 255])],
    ['nothing', {}, ''],
  ])('has the data that binary mode would carry: %s', (_, members, data) => {
    expect(read({ ...EVENT, ...members })!.data).toEqual(Buffer.from(data));
  });

  it('has attributes as text, whatever their JSON type, without those that are null', () => {
    const { attributes } = read({ ...EVENT, sampled: true, none: null, odd: { a: [1] } })!;
    expect(attributes).toEqual({ ...EVENT, attempt: '3', sampled: 'true', odd: '{"a":[1]}' });
  });

  it.each(['application/cloudevents+json; charset=utf-8', 'Application/CloudEvents+JSON', `${CONTENT_TYPE} ; a=b`])(
    'is known by its content type: %s',
    (contentType) => expect(read(EVENT, contentType)).toBeDefined(),
  );

  it.each([
    ['no content type', undefined, '{}'],
    ['another content type', 'application/json', '{}'],
    ['a batch', 'application/cloudevents-batch+json', '[]'],
    ['no JSON', CONTENT_TYPE, 'Connection lost \0'],
    ['no object', CONTENT_TYPE, '[1]'],
    ['nothing', CONTENT_TYPE, ''],
  ])('is nothing else: %s', (_, contentType, body) => {
    expect(structuredEvent(contentType, Buffer.from(body))).toBeUndefined();
  });
});
