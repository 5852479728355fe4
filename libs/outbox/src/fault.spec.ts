import { type Fault, faultOf, sqlStateOf } from './fault.js';

const coded = (code: string | number, more: object = {}) => Object.assign(new Error('failed'), { code, ...more });

describe("an error's fault", () => {
  const faults: [fault: Fault | undefined, codes: string[]][] = [
    [
      'unavailable',
      ['08000', '08003', '08006', '25006', '53000', '53100', '53200', '53300', '57014', '57P01', '57P02'],
    ],
    [
      'unavailable',
      ['57P03', '57P05', '58000', '58030', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'],
    ],
    ['unavailable', ['ENOTFOUND', 'ESOCKET', 'EDNS', 'UND_ERR_SOCKET', 'P1001', 'P1017', 'P2024']],
    ['conflict', ['40001', '40P01', 'P2034']],
    ['data', ['22001', '22021', '22P02', '22P05', '23502', '23503', '23505', '23514', '54000', '54001']],
    [undefined, ['42601', '42P01', '55P03', '25P02', 'XX000', 'P2025', 'EACCES', 'EMESSAGE', '0A000', '']],
  ];
  const each = faults.flatMap(([fault, codes]) => codes.map((code) => [code, fault] as const));

  it.each(each)('by code %s is %s', (code, fault) => {
    expect(faultOf(coded(code))).toBe(fault);
  });

  it.each(each)('by code %s is found among the causes, and in what Prisma wraps', (code, fault) => {
    const wrapped = new Error('a', { cause: new Error('b', { cause: { code, message: 'no instance of Error' } }) });
    const driverAdapterError = new Error('DriverAdapterError', { cause: { kind: 'postgres', originalCode: code } });
    expect(faultOf(wrapped)).toBe(fault);
    expect(faultOf(coded('P2010', { meta: { driverAdapterError } }))).toBe(fault);
  });

  it.each([
    ['DEADLINE_EXCEEDED', 4, 'unavailable'],
    ['RESOURCE_EXHAUSTED', 8, 'unavailable'],
    ['UNAVAILABLE', 14, 'unavailable'],
    ['INVALID_ARGUMENT', 3, undefined],
  ])('by gRPC status %s is %#', (_, code, fault) => {
    expect(faultOf(coded(code, { details: '' }))).toBe(fault);
  });

  it('is not gRPC for a number that is no status of gRPC', () => {
    expect(faultOf(new DOMException('a', 'NotFoundError'))).toBeUndefined();
  });

  it.each(['Connection lost', 'Connection terminated unexpectedly', 'connect ECONNREFUSED', '57P01', 'deadlock 40P01'])(
    'is never read from its text: %s',
    (text) => {
      expect(faultOf(new Error(text))).toBeUndefined();
      expect(faultOf(text)).toBeUndefined();
    },
  );
});

it("finds PostgreSQL's SQLSTATE among the causes", () => {
  expect(sqlStateOf(new Error('a', { cause: coded('23505') }))).toBe('23505');
  expect(sqlStateOf(coded('EPIPE'))).toBeUndefined();
});
