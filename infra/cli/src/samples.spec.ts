import { samplesOf } from './samples.js';

describe('the samples of a process', () => {
  it('are those with the names that are asked for, with their labels', () => {
    const text = [
      '# HELP backlog Messages',
      'backlog{target="kafka",of="a \\"b\\""} 3',
      'lag{topic="orders.events"} 1.5',
      'uptime 12',
    ].join('\n');
    expect(samplesOf(text, ['backlog', 'uptime'])).toEqual([
      { name: 'backlog', labels: { target: 'kafka', of: 'a \\"b\\"' }, value: 3 },
      { name: 'uptime', labels: {}, value: 12 },
    ]);
  });
});
