import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Loader,
  NavLink,
  Text,
  Tooltip,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { Suspense, useEffect } from 'react';
import { Link, Outlet, useLocation, useNavigation } from 'react-router';
import { SignIn } from '../sign-in/sign-in.js';
import { areas } from './areas.js';
import { Hints } from './hints.js';
import icon from './icon.svg';
import { ProblemAlert } from './problem-alert.js';
import { useSession, useSignOut } from './session.js';

/** What is around every page; who is not signed in sees the page to sign in instead, and then the one that was asked for. */
export function Shell() {
  const session = useSession();
  const { pathname } = useLocation();
  if (session.isPending) return <Loader aria-label="loading" m="xl" />;
  // Who was signed in keeps the page, with what it showed last, while the console is away.
  if (!session.data) return <ProblemAlert error={session.error} retry={() => void session.refetch()} />;
  if (!session.data.role || pathname === '/sign-in') return <SignIn />;
  return <Frame role={session.data.role} />;
}

function Frame({ role }: { role: 'operator' | 'reader' }) {
  const [isOpen, menu] = useDisclosure();
  const { pathname } = useLocation();
  const isLoading = useNavigation().state === 'loading';
  useEffect(() => menu.close(), [pathname]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 190, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="menu" />
            <img src={icon} width={26} height={26} alt="" />
            <Text fw={700}>Waybill</Text>
            {isLoading && <Loader size="xs" aria-label="loading" />}
          </Group>
          <Group gap="xs" wrap="nowrap">
            {role === 'reader' && <Text size="sm">read only</Text>}
            <ColorScheme />
            <SignOut />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label="pages">
        {areas.map(({ label, path, icon: Icon }) => (
          <NavLink
            key={path}
            component={Link}
            to={path}
            label={label}
            leftSection={<Icon size={18} stroke={1.6} />}
            active={path === '/' ? pathname === '/' : pathname.startsWith(path)}
            aria-current={pathname === path ? 'page' : undefined}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main>
        <Suspense fallback={<Loader aria-label="loading" />}>
          <Outlet />
        </Suspense>
        <Hints />
      </AppShell.Main>
    </AppShell>
  );
}

function ColorScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const isDark =
    colorScheme === 'dark' || (colorScheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  const label = isDark ? 'light colours' : 'dark colours';
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" aria-label={label} onClick={() => setColorScheme(isDark ? 'light' : 'dark')}>
        {isDark ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}

function SignOut() {
  const signOut = useSignOut();
  return (
    <Tooltip label="sign out">
      <ActionIcon variant="subtle" aria-label="sign out" loading={signOut.isPending} onClick={() => signOut.mutate()}>
        <IconLogout size={18} />
      </ActionIcon>
    </Tooltip>
  );
}
