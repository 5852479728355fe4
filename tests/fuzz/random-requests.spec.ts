import { fileURLToPath } from 'node:url';
import { endpoints } from '../shop.js';
import { run, schemathesis } from './tools.js';

const MINUTES = 60_000;
const CONFIG = fileURLToPath(new URL('../../fuzz/schemathesis.toml', import.meta.url));
const SERVICES = ['orderApi', 'inventory', 'payment', 'email', 'analytics', 'deadLetters'] as const;

let command: string;
beforeAll(() => {
  command = schemathesis();
}, 10 * MINUTES);

describe('random requests, valid and invalid', () => {
  it.each(SERVICES)(
    'get from %s what its OpenAPI document describes, and never a 500',
    (service) => {
      const { operatorToken, [service]: url } = endpoints();
      const options = {
        phases: 'examples,coverage,fuzzing',
        'max-examples': '200',
        header: `Authorization: Bearer ${operatorToken}`,
        'request-timeout': '20',
        'suppress-health-check': 'all',
        'generation-database': 'none',
      };
      const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
      run(
        command,
        '--config-file',
        CONFIG,
        'run',
        `${url}/openapi.json`,
        '--no-color',
        '--continue-on-failure',
        ...flags,
      );
    },
    15 * MINUTES,
  );
});
