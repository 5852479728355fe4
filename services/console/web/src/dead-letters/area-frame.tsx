import { Tabs } from '@mantine/core';
import { modals } from '@mantine/modals';
import { type ReactNode, useEffect } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { PageTitle } from '../shell/index.js';

const VIEWS = [
  ['/dead-letters', 'List'],
  ['/dead-letters/groups', 'Groups'],
  ['/dead-letters/batches', 'Batches'],
  ['/dead-letters/audit', 'Audit log'],
] as const;

/** A page of the area that is a list, with the way to the other lists. */
export function AreaFrame({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  // A dialog belongs to the page that it was opened on: the back button leaves both.
  useEffect(() => () => modals.closeAll(), []);
  return (
    <>
      <PageTitle title={title}>{actions}</PageTitle>
      <Tabs value={pathname} onChange={(path) => path && navigate(path)} mb="md" activateTabWithKeyboard={false}>
        <Tabs.List aria-label="views of dead letters">
          {VIEWS.map(([path, label]) => (
            <Tabs.Tab key={path} value={path}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={pathname} pt="md">
          {children}
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
