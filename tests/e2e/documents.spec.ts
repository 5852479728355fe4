import { endpoints } from '../shop.js';
import { get } from '../system/running-system.js';

describe('the documents of the API', () => {
  it('are an OpenAPI 3.1 description of every route', async () => {
    const document = await get<{ openapi: string; paths: object }>(`${endpoints().orderApi}/openapi.json`);
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(document.paths)).toEqual([
      '/orders',
      '/orders/{orderId}',
      '/orders/{orderId}/status',
      '/orders/{orderId}/events',
    ]);
  });

  it('are an AsyncAPI 3 description of every message', async () => {
    const document = await get<{ asyncapi: string; components: { messages: object } }>(
      `${endpoints().orderApi}/asyncapi.json`,
    );
    expect(document.asyncapi).toMatch(/^3\./);
    expect(Object.keys(document.components.messages)).toEqual(
      expect.arrayContaining(['waybill.OrderCreated.v1', 'waybill.ReserveStock.v1', 'waybill.ReserveStockReply.v1']),
    );
  });

  it('are a page to try them out', async () => {
    const response = await fetch(`${endpoints().orderApi}/docs`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('swagger-ui');
  });
});
