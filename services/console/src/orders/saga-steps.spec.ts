import { type HistoryEvent, stepsOf } from './saga-steps.js';

const at = '2026-11-27T01:33:54.000Z';
const event = (eventId: number, type: string, attributes: object = {}): HistoryEvent => ({
  eventId: String(eventId),
  eventTime: at,
  eventType: `EVENT_TYPE_${type}`,
  someEventAttributes: attributes,
});
const marker = (details: object, more: object = {}) => {
  const data = Buffer.from(JSON.stringify(details)).toString('base64');
  return { markerName: 'core_local_activity', details: { data: { payloads: [{ data }] } }, ...more };
};

describe('the steps of a saga', () => {
  it("are its activities, signals and deadlines by their names, without Temporal's bookkeeping", () => {
    const time = { seconds: Date.parse(at) / 1_000 - 1, nanos: 500_000_000 };
    const steps = stepsOf(
      [
        event(1, 'WORKFLOW_EXECUTION_STARTED'),
        event(2, 'WORKFLOW_TASK_SCHEDULED'),
        event(3, 'MARKER_RECORDED', marker({ activity_type: 'requestReservation', attempt: 2, complete_time: time })),
        event(
          4,
          'MARKER_RECORDED',
          marker({ activity_type: 'confirmOrder', attempt: 1 }, { failure: { message: 'no' } }),
        ),
        event(5, 'MARKER_RECORDED', { markerName: 'core_patch' }),
        event(6, 'ACTIVITY_TASK_SCHEDULED', { activityType: { name: 'chargePayment' } }),
        event(7, 'ACTIVITY_TASK_STARTED', { scheduledEventId: '6' }),
        event(8, 'ACTIVITY_TASK_COMPLETED', { scheduledEventId: '6' }),
        event(9, 'WORKFLOW_EXECUTION_SIGNALED', { signalName: 'reply' }),
        event(10, 'TIMER_FIRED'),
        event(11, 'WORKFLOW_EXECUTION_TIMED_OUT'),
      ],
      'saga',
    );
    expect(steps.map(({ what, detail }) => [what, detail])).toEqual([
      ['started', undefined],
      ['requestReservation done', 'attempt 2'],
      ['confirmOrder failed', 'no'],
      ['chargePayment requested', undefined],
      ['chargePayment done', undefined],
      ['signal reply', undefined],
      ['a deadline was reached', undefined],
      ['timed out', undefined],
    ]);
    expect(steps[1]!.at).toBe('2026-11-27T01:33:53.500Z');
  });
});
