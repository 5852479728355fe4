import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { Message } from './message.js';

export function NotFound() {
  return (
    <Message title="There is no such page">
      <Anchor component={Link} to="/">
        To the overview
      </Anchor>
    </Message>
  );
}
