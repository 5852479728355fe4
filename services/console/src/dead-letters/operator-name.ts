import { Problem } from '@waybill/platform';

/** 1 to 64 visible characters; spaces only between them. */
export const OPERATOR_NAME = /^[\x21-\x7e]([\x20-\x7e]{0,62}[\x21-\x7e])?$/;

/** The name in `X-Operator`, unverified because all operators share one token. Default `operator`. */
export function operatorNamed(header: string | undefined): string {
  if (header === undefined) return 'operator';
  if (!OPERATOR_NAME.test(header)) {
    throw new Problem('invalid-request', { errors: [{ field: 'X-Operator', message: 'up to 64 visible characters' }] });
  }
  return header;
}
