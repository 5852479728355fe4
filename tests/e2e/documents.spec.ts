import { endpointKey, processes } from '@waybill/system';
import { endpoints } from '../shop.js';
import { get, readEndpoints } from '../system/running-system.js';

/** Every service that is called from outside. */
const services = processes
  .filter((process) => process.package.startsWith('services/') && process.published !== 'not')
  .map(endpointKey);

describe('the documents of the API', () => {
  it('are an OpenAPI 3.1 description of every route', async () => {
    const document = await get<{ openapi: string; paths: object; webhooks: object }>(
      `${endpoints().orderApi}/openapi.json`,
    );
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(document.paths)).toEqual([
      '/orders',
      '/orders/{orderId}',
      '/orders/{orderId}/cancel',
      '/orders/{orderId}/status',
      '/orders/{orderId}/events',
    ]);
    expect(Object.keys(document.webhooks)).toEqual(['orderStatus']);
  });

  it.each(services)('are an OpenAPI 3.1 description of %s whose references all lead somewhere', async (service) => {
    const document = await get<object>(`${readEndpoints<Record<string, string>>()[service]}/openapi.json`);
    expect(document).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./) });
    const text = JSON.stringify(document);
    const references = [...new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target!))];
    const at = (pointer: string) =>
      pointer
        .split('/')
        .slice(1)
        .reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], document);
    expect(references.length).toBeGreaterThan(0);
    expect(references.filter((target) => at(target) === undefined)).toEqual([]);
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
