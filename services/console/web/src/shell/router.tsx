import { createHashRouter } from 'react-router';
import { areas } from './areas.js';
import { NotFound } from './not-found.js';
import { RouteError } from './route-error.js';
import { Shell } from './shell.js';

export const router = createHashRouter([
  {
    path: '/',
    Component: Shell,
    ErrorBoundary: RouteError,
    children: [...areas.flatMap(({ routes }) => routes), { path: '*', Component: NotFound }],
  },
]);
