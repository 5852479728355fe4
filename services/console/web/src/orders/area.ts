import { IconShoppingCart } from '@tabler/icons-react';
import type { Area } from '../shell/area.js';

export const orders: Area = {
  label: 'Orders',
  path: '/orders',
  icon: IconShoppingCart,
  routes: [
    { path: 'orders', lazy: () => import('./list.page.js') },
    { path: 'orders/place', lazy: () => import('./place.page.js') },
    { path: 'orders/:orderId', lazy: () => import('./order.page.js') },
  ],
};
