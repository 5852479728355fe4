import { Button, Group } from '@mantine/core';
import { Link, useLocation, useSearchParams } from 'react-router';

/** Rows of a page of a list. */
export const PAGE_SIZE = 50;

/** To the next page of a list whose cursor is in the URL, so that the browser's back button leads to the one before. */
export function Paging({ nextCursor }: { nextCursor: string | null }) {
  const [params] = useSearchParams();
  const { pathname } = useLocation();
  const isFirst = !params.has('cursor');
  if (isFirst && !nextCursor) return null;
  const to = (cursor: string | null) => {
    const next = new URLSearchParams(params);
    if (cursor) next.set('cursor', cursor);
    else next.delete('cursor');
    return `${pathname}?${next}`;
  };
  return (
    <Group component="nav" aria-label="pages of the list" justify="flex-end" mt="sm">
      {!isFirst && (
        <Button component={Link} to={to(null)} variant="default" size="xs">
          First page
        </Button>
      )}
      {nextCursor && (
        <Button component={Link} to={to(nextCursor)} variant="default" size="xs">
          Next page
        </Button>
      )}
    </Group>
  );
}
