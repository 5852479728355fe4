import { builtinModules, createRequire } from 'node:module';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const { resolve } = createRequire(import.meta.url);
const logger = new DefaultLogger('ERROR');

/** What a bundle is made of: `zod` for a package, `libs/messaging/src/contract.ts` for a file of ours. */
function ingredientsOf(code: string): string[] {
  const [, map] = /sourceMappingURL=data:application\/json;charset=utf-8;base64,(\S+)/.exec(code) ?? [];
  const { sources } = JSON.parse(Buffer.from(map!, 'base64').toString('utf8')) as { sources: string[] };
  return [...new Set(sources.map(ingredient).filter((name) => name !== undefined))].sort();
}

function ingredient(source: string): string | undefined {
  const packages = [...source.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(([, name]) => name);
  return packages.at(-1) ?? /(?:libs|services)\/[^/]+\/src\/.*/.exec(source)?.[0];
}

const bundle = (workflow: string, ignoreModules: readonly string[] = []) =>
  bundleWorkflowCode({ workflowsPath: resolve(workflow), ignoreModules: [...ignoreModules], logger });

describe("the workflows' bundle", () => {
  it('is made of Temporal and the workflows alone: no client library gets into the sandbox, and no schema is built anew in each', async () => {
    const allowed = [
      /^@temporalio\/(common|workflow)$/,
      /^(nexus-rpc|long|ms)$/, // Temporal's own
      /^services\/order\/src\/(workflows|domain)\//,
    ];
    const { code } = await bundle('../workflows/fulfil-order.workflow.js');
    const ingredients = ingredientsOf(code);
    expect(ingredients.filter((name) => !allowed.some((rule) => rule.test(name)))).toEqual([]);
    expect(ingredients).toContain('services/order/src/workflows/fulfil-order.workflow.ts');
  });

  it('shows a client library when there is one', async () => {
    const { code } = await bundle('./imports-a-client.fixture.js', builtinModules);
    expect(ingredientsOf(code)).toEqual(expect.arrayContaining(['pg', 'pg-protocol']));
  });
});
