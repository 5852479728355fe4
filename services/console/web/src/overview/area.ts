import { IconTopologyStar3 } from '@tabler/icons-react';
import type { Area } from '../shell/area.js';

export const overview: Area = {
  label: 'Overview',
  path: '/',
  icon: IconTopologyStar3,
  routes: [{ index: true, lazy: () => import('./overview.page.js') }],
};
