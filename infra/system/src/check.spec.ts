import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mistakesIn } from './check.js';
import type { Process, Server } from './declaration.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'declaration-'));
  addService('stock');
});
afterEach(() => rmSync(root, { recursive: true }));

function addService(name: string, entry = 'main'): void {
  mkdirSync(join(root, 'services', name, 'src'), { recursive: true });
  writeFileSync(join(root, 'services', name, 'package.json'), '{}');
  writeFileSync(join(root, 'services', name, 'src', `${entry}.ts`), '');
}

const stock: Process = { name: 'stock', does: 'Counts.', package: 'services/stock', port: { STOCK_PORT: 3001 } };
const kafka: Server = { name: 'kafka', ports: { KAFKA_PORT: 9092 }, replacedBy: 'KAFKA_BROKERS' };
const mistakes = (declared: Process[], servers: Server[] = [kafka]) => mistakesIn(root, declared, servers);

describe('a mistake in the declaration is named', () => {
  it('unless there is none', () => {
    expect(mistakes([stock])).toEqual([]);
  });

  it('when a folder in services/ has no process', () => {
    addService('parcels');
    expect(mistakes([stock])).toEqual(['services/parcels has no process']);
  });

  it('when the file that runs a process is missing', () => {
    const [mistake] = mistakes([{ ...stock, entry: 'main.api' }]);
    expect(mistake).toContain('services/stock/src/main.api.ts, which is not there');
  });

  it('when two processes or servers share a port, a setting, a name or an endpoint', () => {
    expect(mistakes([stock, { ...stock, name: 'other', port: { OTHER_PORT: 3001 } }])).toEqual([
      'port 3001 is given to two processes',
    ]);
    expect(mistakes([{ ...stock, port: { KAFKA_PORT: 3001 } }])).toEqual(['KAFKA_PORT is declared twice']);
    expect(mistakes([{ ...stock, name: 'kafka' }])).toEqual(['kafka is declared twice']);
    expect(mistakes([stock, { ...stock, name: 'more', endpoint: 'stock', port: { MORE_PORT: 3002 } }])).toEqual([
      'stock is the key of two endpoints',
    ]);
  });

  it('when a process calls another that is not declared', () => {
    expect(mistakes([{ ...stock, calls: ['bank'] }])).toEqual(['stock calls bank, which is not declared']);
  });
});
