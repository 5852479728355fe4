import { IconArrowsExchange } from '@tabler/icons-react';
import type { Area } from '../shell/area.js';

export const messaging: Area = {
  label: 'Messaging',
  path: '/messaging',
  icon: IconArrowsExchange,
  routes: [
    { path: 'messaging', lazy: () => import('./list.page.js') },
    { path: 'messaging/topics/:name', lazy: () => import('./topic.page.js') },
    { path: 'messaging/queues/:name', lazy: () => import('./queue.page.js') },
    { path: 'messaging/documents', lazy: () => import('./documents/list.page.js') },
    { path: 'messaging/documents/:process/:kind', lazy: () => import('./documents/document.page.js') },
  ],
};
