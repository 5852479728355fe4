import { builtinModules, createRequire } from 'node:module';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const { resolve } = createRequire(import.meta.url);
const logger = new DefaultLogger('ERROR');

/** The sources in a bundle: `zod` for a package, `libs/messaging/src/contract.ts` for a file of this repository. */
function sourcesOf(code: string): string[] {
  const [, map] = /sourceMappingURL=data:application\/json;charset=utf-8;base64,(\S+)/.exec(code) ?? [];
  const { sources } = JSON.parse(Buffer.from(map!, 'base64').toString('utf8')) as { sources: string[] };
  return [...new Set(sources.map(shortName).filter((name) => name !== undefined))].sort();
}

function shortName(source: string): string | undefined {
  const packages = [...source.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(([, name]) => name);
  return packages.at(-1) ?? /(?:libs|services)\/[^/]+\/src\/.*/.exec(source)?.[0];
}

const bundle = (workflow: string, ignoreModules: readonly string[] = []) =>
  bundleWorkflowCode({ workflowsPath: resolve(workflow), ignoreModules: [...ignoreModules], logger });

describe("the workflows' bundle", () => {
  it('contains only Temporal and the workflows, without client libraries or schemas', async () => {
    const allowed = [
      /^@temporalio\/(common|workflow)$/,
      /^(nexus-rpc|long|ms)$/, // Temporal's own
      /^services\/order\/src\/(workflows|domain)\//,
    ];
    const { code } = await bundle('../workflows/fulfil-order.workflow.js');
    const found = sourcesOf(code);
    expect(found.filter((name) => !allowed.some((rule) => rule.test(name)))).toEqual([]);
    expect(found).toContain('services/order/src/workflows/fulfil-order.workflow.ts');
  });

  it('would contain a client library that a workflow imports', async () => {
    const { code } = await bundle('./imports-a-client.fixture.js', builtinModules);
    expect(sourcesOf(code)).toEqual(expect.arrayContaining(['pg', 'pg-protocol']));
  });
});
