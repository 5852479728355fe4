import { Accordion, Button, Switch, Text, TextInput } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { Loading, useSession } from '../shell/index.js';
import { MessageItem } from './message-item.js';
import { useTopicMessages } from './queries.js';
import { Section } from './section.js';

/** The latest messages of a topic, of all keys or of the one in the address. */
export function Messages({ topic }: { topic: string }) {
  const [search] = useSearchParams();
  const key = search.get('key') || undefined;
  const [reveal, setReveal] = useState(false);
  const [open, setOpen] = useState<string[]>([]);
  const messages = useTopicMessages({ topic, key, reveal });
  const { data: session } = useSession();
  const { fetchNextPage, hasNextPage, isFetchingNextPage, refetch, isRefetching } = messages;
  return (
    <Section
      title="Recent messages"
      about="The latest first. Personal data is masked until an operator reveals it, which is logged."
      actions={
        <>
          {session?.role === 'operator' && (
            <Switch
              label="reveal personal data"
              checked={reveal}
              onChange={({ currentTarget }) => setReveal(currentTarget.checked)}
            />
          )}
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} />}
            loading={isRefetching && !isFetchingNextPage}
            onClick={() => void refetch()}
          >
            Latest
          </Button>
        </>
      }
    >
      <KeyFilter key={key} />
      <Loading query={messages}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          return (
            <>
              {items.length === 0 && <NoMessages ofKey={key} hasMore={hasNextPage} />}
              <Accordion
                multiple
                variant="contained"
                chevronPosition="left"
                keepMounted={false}
                value={open}
                onChange={setOpen}
              >
                {items.map((message) => (
                  <MessageItem key={`${message.partition}/${message.offset}`} message={message} />
                ))}
              </Accordion>
              {hasNextPage && (
                <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                  Earlier messages
                </Button>
              )}
            </>
          );
        }}
      </Loading>
    </Section>
  );
}

/** In the address, so that it can be passed on. */
function KeyFilter() {
  const [search, setSearch] = useSearchParams();
  const [key, setKey] = useState(search.get('key') ?? '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setSearch(key ? { key } : {});
      }}
    >
      <TextInput
        label="Key"
        description="The whole key of the events to show; press Enter"
        size="sm"
        maw={420}
        value={key}
        onChange={({ currentTarget }) => setKey(currentTarget.value)}
      />
    </form>
  );
}

function NoMessages({ ofKey, hasMore }: { ofKey: string | undefined; hasMore: boolean }) {
  const what = ofKey === undefined ? 'messages' : 'messages of this key';
  return (
    <Text c="dimmed" size="sm">
      {hasMore ? `No ${what} among the latest. Look at earlier messages.` : `There are no ${what} in this topic.`}
    </Text>
  );
}
