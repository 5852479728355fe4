import { didYouMean } from './did-you-mean.js';

const names = ['start', 'stop', 'status', 'test'];

describe('didYouMean', () => {
  it.each([
    ['strat', 'start'],
    ['tets', 'test'],
    ['stpo', 'stop'],
    ['statsu', 'status'],
  ])('corrects %s to %s', (word, suggestion) => {
    expect(didYouMean(word, names)).toBe(suggestion);
  });

  it('suggests nothing when no name is similar', () => {
    expect(didYouMean('deploy', names)).toBeUndefined();
  });
});
