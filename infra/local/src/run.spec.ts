import { until } from '@waybill/testing';
import { endCommands, run, runShown } from './run.js';

describe('a command that runs at an interrupt', () => {
  it('is ended together with what it has started', async () => {
    const mark = `86400.${process.pid}`;
    const started = async () =>
      (await run('ps', ['-eo', 'args='])).split('\n').filter((line) => line === `sleep ${mark}`);
    const ended = expect(runShown('sh', ['-c', `sleep ${mark} & sleep ${mark} & wait`])).rejects.toThrow('SIGTERM');
    await until('both run', async () => (await started()).length === 2);

    endCommands();
    await ended;
    await until('none is left', async () => (await started()).length === 0);
  });
});
