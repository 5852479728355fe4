import { MalformedMessage } from '@waybill/dlq';
import type { Middleware } from './pipeline.js';

/** Turns the bytes into what the contract says; what does not fit is malformed. */
export const decode: Middleware = async (delivery, next) => {
  const { contract } = delivery.registration;
  const parsed = contract.schema.safeParse(parse(delivery.message.bytes));
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
    throw new MalformedMessage(`not a ${contract.type}: ${issues.join('; ')}`);
  }
  delivery.body = parsed.data;
  await next();
};

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new MalformedMessage(`not JSON: ${(error as Error).message}`);
  }
}
