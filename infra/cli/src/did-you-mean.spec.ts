import { didYouMean } from './did-you-mean.js';

const names = ['start', 'stop', 'status', 'test'];

describe('a command with a typing error', () => {
  it.each([
    ['strat', 'start'],
    ['tets', 'test'],
    ['stpo', 'stop'],
    ['statsu', 'status'],
  ])('%s: %s was meant', (word, meant) => {
    expect(didYouMean(word, names)).toBe(meant);
  });

  it('is answered with nothing when nothing is near', () => {
    expect(didYouMean('deploy', names)).toBeUndefined();
  });
});
