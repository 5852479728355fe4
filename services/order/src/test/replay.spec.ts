import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { workflowBundle } from '../workflows/bundle.js';
import { recordedHistories } from './histories.fixture.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

/**
 * A saga that runs while a new version is deployed is replayed by it. Where the new code takes another way than the recorded
 * one, the saga would hang: keep the old way behind `patched` of @temporalio/workflow, and rename the recorded history, so that
 * the next run of saga.spec.ts records the new way beside it.
 */
describe('the histories of sagas that earlier versions began', () => {
  const histories = recordedHistories();

  it('are there for the ways that a saga can take', () => {
    expect(histories.length).toBeGreaterThan(12);
  });

  it('are continued by this version', async () => {
    const hanging: string[] = [];
    for await (const { workflowId, error } of Worker.runReplayHistories(
      { workflowBundle: { codePath: workflowBundle } },
      (async function* () {
        yield* histories;
      })(),
    )) {
      if (error) hanging.push(`${workflowId}: ${error.message}`);
    }
    expect(hanging).toEqual([]);
  });
});
