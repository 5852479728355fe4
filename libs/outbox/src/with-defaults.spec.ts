import { withDefaults } from './with-defaults.js';

it('takes the default of each option that is missing or undefined, and no other', () => {
  const defaults = { missing: 1, undefined: 2, none: 3 as number | null, off: true };
  const options = { undefined: undefined, none: null, off: false, own: 'a' };
  expect(withDefaults(defaults, options)).toEqual({ missing: 1, undefined: 2, none: null, off: false, own: 'a' });
});
