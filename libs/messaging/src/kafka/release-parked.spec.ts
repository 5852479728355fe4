import { until } from '@waybill/testing';
import { CrashBench } from '../test/crash-bench.fixture.js';

let bench: CrashBench;
beforeAll(async () => {
  bench = await CrashBench.open();
  await bench.copy();
}, 120_000);
afterAll(() => bench.close(), 60_000);

/** An event that was given up, with another one behind it. */
async function givenUp(about: string, deed: 'refuse' | 'fail' = 'refuse'): Promise<string> {
  const id = await bench.say('kafka', about, 'first', { deed });
  await bench.say('kafka', about, 'second');
  expect(await bench.deadLetter('kafka')).toMatchObject({ id });
  return id;
}

const released = (messageId: string, key: string, action: 'resubmit' | 'discard', body?: object) =>
  bench.release({ messageId, key, action, ...(body && { body }) });

describe('an event that was given up', () => {
  it('takes effect after all when it is resubmitted edited, and then those behind it', async () => {
    const id = await givenUp('edited');
    await released(id, 'edited', 'resubmit', { about: 'edited', what: 'mended' });
    await bench.untilEffects('edited', 2);
    expect(await bench.effectsOf('edited')).toEqual(['mended', 'second']);
  });

  it('takes the edited body and no longer the one that its reference stood for', async () => {
    const headers = { ce_dataref: 'file:///elsewhere', ce_datadigest: '' };
    const id = await bench.say('kafka', 'referring', 'first', {}, { headers });
    expect(await bench.deadLetter('kafka')).toMatchObject({ id });
    await released(id, 'referring', 'resubmit', { about: 'referring', what: 'mended' });
    await bench.untilEffects('referring', 1);
    expect(await bench.effectsOf('referring')).toEqual(['mended']);
  });

  it('is given up again, those behind it still waiting, when it fails again', async () => {
    const id = await givenUp('again');
    await released(id, 'again', 'resubmit');
    expect(await bench.deadLetter('kafka')).toMatchObject({ id, class: 'business', attempts: 1 });
    expect(await bench.effectsOf('again')).toEqual([]);
  });

  it('has all its attempts before it when it is resubmitted', async () => {
    const id = await givenUp('anew', 'fail');
    await released(id, 'anew', 'resubmit', { about: 'anew', what: 'first', deed: 'fail twice' });
    await bench.untilEffects('anew', 2);
    expect(await bench.effectsOf('anew')).toEqual(['first', 'second']);
  }, 120_000);

  it('lets those behind it go on when it is discarded, and does not come back when it is delivered again', async () => {
    const id = await givenUp('dropped');
    await released(id, 'dropped', 'discard');
    await bench.untilEffects('dropped', 1);
    await bench.say('kafka', 'dropped', 'first', { deed: 'refuse' }, { id });
    await bench.say('kafka', 'dropped', 'third');
    await bench.untilEffects('dropped', 2);
    expect(await bench.effectsOf('dropped')).toEqual(['second', 'third']);
    expect(await bench.deadLetters()).toBe(0);
  });

  it('changes nothing when it is released twice, or was never given up', async () => {
    const id = await givenUp('twice');
    await released(id, 'twice', 'discard');
    await bench.untilEffects('twice', 1);
    await released(id, 'twice', 'resubmit');
    await released('nobody', 'twice', 'resubmit');
    const next = await givenUp('twice');
    await released(next, 'twice', 'discard');
    await bench.untilEffects('twice', 2);
    expect(await bench.effectsOf('twice')).toEqual(['second', 'second']);
    const { rows } = await bench.database.pool.query('SELECT FROM waybill.outbox');
    expect(rows).toEqual([]);
  });
});

describe('a task that was given up', () => {
  it('is done after all when it comes on its queue again under its own id, with all its attempts before it', async () => {
    const id = await bench.say('rabbitmq', 'task', 'first', { deed: 'fail' });
    const letter = await bench.takeDeadTask();
    expect(letter).toMatchObject({ id });
    const mended = JSON.stringify({ ...JSON.parse(letter.body), deed: 'fail twice' });
    await bench.resubmitTask({ ...letter, body: mended });
    await bench.untilEffects('task', 1);
    await until('it has left nothing', async () => (await bench.deadLetters()) === 0);
    expect(await bench.effectsOf('task')).toEqual(['first']);
  }, 120_000);
});
