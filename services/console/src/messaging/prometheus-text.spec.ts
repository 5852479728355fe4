import { samplesIn } from './prometheus-text.js';

it('the series of wanted metrics are read from their text', () => {
  const text = [
    '# HELP up Whether it runs',
    'up 1',
    'handled_total{source="a.b",outcome="done"} 12',
    'handled_total{source="with \\"quotes\\", and \\\\",outcome=""} 1.5e3 1700000000000',
    'handled_total_other{source="a"} 7',
    '',
  ].join('\n');
  expect(samplesIn(text, new Set(['up', 'handled_total']))).toEqual([
    { name: 'up', labels: {}, value: 1 },
    { name: 'handled_total', labels: { source: 'a.b', outcome: 'done' }, value: 12 },
    { name: 'handled_total', labels: { source: 'with "quotes", and \\', outcome: '' }, value: 1_500 },
  ]);
});
