import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Problem, requireOperator } from '@waybill/platform';
import type { FastifyRequest } from 'fastify';

export class OperatorToken {
  constructor(readonly value: string) {}
}

/** Admits requests with the operator token. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(private readonly token: OperatorToken) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    requireOperator(headers.authorization, this.token.value);
    return true;
  }
}

const NAME = /^[\x20-\x7e]{1,64}$/;

/** The name in `X-Operator`, unverified because all operators share one token. Default `operator`. */
export function operatorNamed(header: string | undefined): string {
  if (header === undefined) return 'operator';
  if (!NAME.test(header)) {
    throw new Problem('invalid-request', { errors: [{ field: 'X-Operator', message: 'up to 64 visible characters' }] });
  }
  return header;
}
