import { IconMailX } from '@tabler/icons-react';
import type { Area } from '../shell/area.js';

export const deadLetters: Area = {
  label: 'Dead letters',
  path: '/dead-letters',
  icon: IconMailX,
  routes: [
    { path: 'dead-letters', lazy: () => import('./list.page.js') },
    { path: 'dead-letters/groups', lazy: () => import('./groups.page.js') },
    { path: 'dead-letters/batches', lazy: () => import('./batches.page.js') },
    { path: 'dead-letters/batches/:id', lazy: () => import('./batch.page.js') },
    { path: 'dead-letters/audit', lazy: () => import('./audit.page.js') },
    { path: 'dead-letters/:id', lazy: () => import('./dead-letter.page.js') },
  ],
};
