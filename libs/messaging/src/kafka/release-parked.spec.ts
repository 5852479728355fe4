import { until } from '@waybill/testing';
import { CrashHarness } from '../test/crash-harness.fixture.js';

let harness: CrashHarness;
beforeAll(async () => {
  harness = await CrashHarness.open();
  await harness.copy();
});
afterAll(() => harness.close());

/** A dead-lettered event, with another one behind it. */
async function deadLettered(about: string, behaviour: 'reject' | 'fail' = 'reject'): Promise<string> {
  const id = await harness.send('kafka', about, 'first', { behaviour });
  await harness.send('kafka', about, 'second');
  expect(await harness.deadLetter('kafka')).toMatchObject({ id });
  return id;
}

const release = (messageId: string, key: string, action: 'resubmit' | 'discard', body?: object) =>
  harness.release({ messageId, key, action, ...(body && { body }) });

describe('a dead-lettered event', () => {
  it('takes effect when it is resubmitted with an edited body, and then those behind it', async () => {
    const id = await deadLettered('edited');
    await release(id, 'edited', 'resubmit', { about: 'edited', what: 'edited' });
    await harness.untilEffects('edited', 2);
    expect(await harness.effectsOf('edited')).toEqual(['edited', 'second']);
  });

  it('is handled with the edited body, not the one that its claim check refers to', async () => {
    const headers = { ce_dataref: 'file:///elsewhere', ce_datadigest: '' };
    const id = await harness.send('kafka', 'referring', 'first', {}, { headers });
    expect(await harness.deadLetter('kafka')).toMatchObject({ id });
    await release(id, 'referring', 'resubmit', { about: 'referring', what: 'edited' });
    await harness.untilEffects('referring', 1);
    expect(await harness.effectsOf('referring')).toEqual(['edited']);
  });

  it('is dead-lettered again, those behind it still waiting, when it fails again', async () => {
    const id = await deadLettered('again');
    await release(id, 'again', 'resubmit');
    expect(await harness.deadLetter('kafka')).toMatchObject({ id, class: 'business', attempts: 1 });
    expect(await harness.effectsOf('again')).toEqual([]);
  });

  it('gets all its attempts again when it is resubmitted', async () => {
    const id = await deadLettered('retried', 'fail');
    await release(id, 'retried', 'resubmit', { about: 'retried', what: 'first', behaviour: 'fail twice' });
    await harness.untilEffects('retried', 2);
    expect(await harness.effectsOf('retried')).toEqual(['first', 'second']);
  });

  it('releases those behind it when it is discarded, and is skipped when it is redelivered', async () => {
    const id = await deadLettered('dropped');
    await release(id, 'dropped', 'discard');
    await harness.untilEffects('dropped', 1);
    await harness.send('kafka', 'dropped', 'first', { behaviour: 'reject' }, { id });
    await harness.send('kafka', 'dropped', 'third');
    await harness.untilEffects('dropped', 2);
    expect(await harness.effectsOf('dropped')).toEqual(['second', 'third']);
    expect(await harness.deadLetters()).toBe(0);
  });

  it('changes nothing when it is released twice, or was never dead-lettered', async () => {
    const id = await deadLettered('twice');
    await release(id, 'twice', 'discard');
    await harness.untilEffects('twice', 1);
    await release(id, 'twice', 'resubmit');
    await release('unknown', 'twice', 'resubmit');
    const next = await deadLettered('twice');
    await release(next, 'twice', 'discard');
    await harness.untilEffects('twice', 2);
    expect(await harness.effectsOf('twice')).toEqual(['second', 'second']);
    const { rows } = await harness.database.pool.query('SELECT FROM waybill.outbox');
    expect(rows).toEqual([]);
  });
});

describe('a dead-lettered task', () => {
  it('takes effect when it is resubmitted under its own id, with all its attempts again', async () => {
    const id = await harness.send('rabbitmq', 'task', 'first', { behaviour: 'fail' });
    const deadLetter = await harness.takeDeadLetter();
    expect(deadLetter).toMatchObject({ id });
    const edited = JSON.stringify({ ...JSON.parse(deadLetter.body), behaviour: 'fail twice' });
    await harness.resubmitTask({ ...deadLetter, body: edited });
    await harness.untilEffects('task', 1);
    await until('no dead letter is left', async () => (await harness.deadLetters()) === 0);
    expect(await harness.effectsOf('task')).toEqual(['first']);
  });
});
