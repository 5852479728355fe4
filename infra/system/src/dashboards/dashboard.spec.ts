import { grafanaJson, type Panel } from './dashboard.js';

const placesOf = (...panels: Panel[]) => {
  const { panels: placed } = JSON.parse(grafanaJson({ name: 'test', title: 'a test', panels }));
  return placed.map(({ gridPos: { x, y } }: { gridPos: { x: number; y: number } }) => [x, y]);
};
const overTime: Panel = { title: 'over time', queries: [['up', '{{job}}']] };
const figure: Panel = { ...overTime, as: 'figure' };

it('panels fill rows from left to right, none over another', () => {
  expect(placesOf(overTime, overTime, overTime)).toEqual([[0, 0], [12, 0], [0, 8]]); // biome-ignore format: places
  expect(placesOf(figure, figure, overTime, figure)).toEqual([[0, 0], [4, 0], [0, 4], [0, 12]]); // biome-ignore format: places
});
