import { IconBolt } from '@tabler/icons-react';
import type { Area } from '../shell/area.js';

export const faults: Area = {
  label: 'Faults',
  path: '/faults',
  icon: IconBolt,
  routes: [{ path: 'faults', lazy: () => import('./faults.page.js') }],
};
