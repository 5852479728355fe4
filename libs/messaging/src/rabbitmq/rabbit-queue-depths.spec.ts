import { managementApiOf } from './rabbit-queue-depths.js';

describe('the management API of a broker', () => {
  it('is at port 15672 of its host with its user by default', () => {
    expect(managementApiOf('amqp://me:p%40ss@rabbit.example:5672/shop%2F1')).toEqual({
      url: 'http://me:p%40ss@rabbit.example:15672/',
      vhost: 'shop/1',
    });
    expect(managementApiOf('amqp://me:secret@host', 'https://other@manage.example/rabbit')).toEqual({
      url: 'https://other:secret@manage.example/rabbit',
      vhost: '/',
    });
  });
});
