import { Text } from '@mantine/core';
import { useParams } from 'react-router';
import { countOf, Loading, Message, PageTitle } from '../shell/index.js';
import { Consumers } from './consumers.js';
import { Rate } from './figures.js';
import { Messages } from './messages.js';
import { type Topic, useTopics } from './queries.js';

export function Component() {
  const { name = '' } = useParams();
  const topics = useTopics();
  return (
    <>
      <PageTitle title={name} />
      <Loading query={topics}>
        {({ items }) => {
          const topic = items.find((one) => one.name === name);
          return topic ? <TopicDetails topic={topic} /> : <Message title={`There is no topic ${name}`} />;
        }}
      </Loading>
    </>
  );
}

function TopicDetails({ topic }: { topic: Topic }) {
  const { name, broker, partitions, compacted, publishedPerSecond, consumers } = topic;
  return (
    <>
      <Text mb="lg">
        A topic of {broker} with {countOf(partitions, 'partition')}
        {compacted && ', which keeps the last message of each key'}. Published: <Rate value={publishedPerSecond} />.
      </Text>
      <Consumers source={name} kind="topic" consumers={consumers} />
      <Messages topic={name} key={name} />
    </>
  );
}
