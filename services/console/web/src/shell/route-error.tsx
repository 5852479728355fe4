import { Button } from '@mantine/core';
import { useRouteError } from 'react-router';
import { messageOf } from '../api/index.js';
import { Message } from './message.js';

/** A page that could not be loaded, or failed to draw. */
export function RouteError() {
  return (
    <Message title="This page failed">
      {messageOf(useRouteError())}
      <br />
      <Button mt="md" onClick={() => window.location.reload()}>
        Load it again
      </Button>
    </Message>
  );
}
