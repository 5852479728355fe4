import { Problem } from '@waybill/platform';

/** 1 to 64 visible characters; spaces only between them. */
const NAME = /^[^\p{C}\p{Z}]([^\p{C}]{0,62}[^\p{C}\p{Z}])?$/u;

/** The name in `X-Operator`, percent-encoded, unverified because all operators share one token. Default `operator`. */
export function operatorNamed(header: string | undefined): string {
  if (header === undefined) return 'operator';
  const name = decoded(header);
  if (!NAME.test(name)) {
    const message = 'up to 64 visible characters, percent-encoded beyond ASCII';
    throw new Problem('invalid-request', { errors: [{ field: 'X-Operator', message }] });
  }
  return name;
}

/** Empty when it cannot be. */
function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return '';
  }
}
