import { withoutDeadLinks } from './pages.js';

const isThere = (to: string, heading: string | undefined) => to !== 'gone.md' && heading !== 'gone';

describe('a page, when what it links to is gone', () => {
  it('keeps the words', () => {
    const text =
      'See [this `page`](gone.md), [a part](here.md#gone) and [that](here.md#there), [web](https://gone.md).';
    expect(withoutDeadLinks(text, isThere)).toBe(
      'See this `page`, a part and [that](here.md#there), [web](https://gone.md).',
    );
  });

  it('loses the rows and items that are about it', () => {
    const text =
      '| [gone](gone.md) | x |\n| [here](here.md) | [too](gone.md) |\n- [gone](gone.md) is\n- see [it](gone.md)';
    expect(withoutDeadLinks(text, isThere)).toBe('| [here](here.md) | too |\n- see it');
  });
});
