import { Alert, Button, Center, Code, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { messageOf, operatorName, setOperatorName } from '../api/index.js';
import { useSession, useSignIn } from '../shell/session.js';

/** By token, or at once by the code of a one-time link, which leaves the address bar and the history before it is used. */
export function SignIn() {
  const code = useSearchParams()[0].get('code');
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const signIn = useSignIn();
  const { data: session } = useSession();
  const [token, setToken] = useState('');
  const [name, setName] = useState(operatorName() ?? '');

  const isLink = pathname === '/sign-in';
  useEffect(() => {
    if (!code) return;
    void navigate('/sign-in', { replace: true });
    signIn.mutate({ code }, { onSuccess: () => navigate('/', { replace: true }) });
  }, [code]);
  useEffect(() => {
    document.title = 'Sign in - Waybill';
    if (isLink && !code && !signIn.isPending && session?.role) void navigate('/', { replace: true });
  }, [isLink, code, signIn.isPending, session, navigate]);

  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="lg" maw={420} w="100%">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            setOperatorName(name.trim());
            signIn.mutate({ token: token.trim() }, { onSuccess: () => isLink && navigate('/', { replace: true }) });
          }}
        >
          <Stack>
            <Title order={1} size="h3">
              Sign in to Waybill
            </Title>
            <Text size="sm" c="dimmed">
              <Code>npm run console</Code> opens this page already signed in. The tokens are in{' '}
              <Code>.waybill/endpoints.json</Code>, in containers in <Code>.env</Code>: the operator's token may change
              everything, the reader's nothing.
            </Text>
            <PasswordInput
              label="Token"
              required
              autoFocus
              autoComplete="current-password"
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
            />
            <TextInput
              label="Your name"
              description="For the history of what you change; optional"
              autoComplete="nickname"
              maxLength={64}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            {signIn.isError && (
              <Alert color="red" role="alert">
                {messageOf(signIn.error)}
              </Alert>
            )}
            <Button type="submit" loading={signIn.isPending}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
