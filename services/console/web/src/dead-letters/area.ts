import { IconMailX } from '@tabler/icons-react';
import type { Area } from '../shell/area.js';

export const deadLetters: Area = {
  label: 'Dead letters',
  path: '/dead-letters',
  icon: IconMailX,
  routes: [{ path: 'dead-letters', lazy: () => import('./list.page.js') }],
};
