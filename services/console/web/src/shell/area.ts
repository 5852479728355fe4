import type { ComponentType } from 'react';
import type { RouteObject } from 'react-router';

/** A part of the page with an entry in the navigation. */
export interface Area {
  label: string;
  /** Where the entry leads, as `/dead-letters`. */
  path: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  /** Below the root; pages are loaded when they are opened: `lazy: () => import('./list.page.js')`, which exports `Component`. */
  routes: RouteObject[];
}
