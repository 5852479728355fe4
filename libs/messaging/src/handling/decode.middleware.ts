import { type Contract, readBody, SchemaMismatch } from '../contract/index.js';
import { MalformedMessage } from '../outcomes/index.js';
import type { Middleware } from './pipeline.js';

/** Turns the bytes into the body of the handler's contract, from whichever version; anything else is malformed. */
export const decode: Middleware = async (delivery, next) => {
  const { message, registration } = delivery;
  delivery.body = read(registration.contract, message.type, parse(message.bytes));
  await next();
};

function read(contract: Contract, type: string, body: unknown): unknown {
  try {
    return readBody(contract, type, body);
  } catch (error) {
    if (error instanceof SchemaMismatch) throw new MalformedMessage(error.message);
    throw error;
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new MalformedMessage(`not JSON: ${(error as Error).message}`);
  }
}
