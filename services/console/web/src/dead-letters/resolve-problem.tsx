import { Alert, Button, Text } from '@mantine/core';
import { messageOf } from '../api/index.js';
import { Time } from '../shell/index.js';
import { whatOf } from './history.js';
import { type DeadLetter, problemName, useDeadLetterNow, useReload } from './queries.js';

interface ResolveProblemProps {
  item: DeadLetter;
  error: unknown;
  /** Resubmits it although it was resubmitted too often. */
  force?: () => void;
}

/** Why a decision about a dead letter changed nothing. */
export function ResolveProblem({ item, error, force }: ResolveProblemProps) {
  const name = problemName(error);
  if (name === 'already-resolved' || name === 'has-changed') return <SomeoneWasFaster item={item} error={error} />;
  if (name === 'resubmitted-too-often' && force) {
    return (
      <Alert color="orange" role="alert" title={`It was resubmitted ${item.resubmissions} times, and failed each time`}>
        It will probably fail again, until its cause is mended.
        <Button size="xs" variant="default" mt="xs" display="block" onClick={force}>
          Resubmit it all the same
        </Button>
      </Alert>
    );
  }
  return (
    <Alert color="red" role="alert" title="Nothing was changed">
      {messageOf(error)}
    </Alert>
  );
}

function SomeoneWasFaster({ item, error }: Pick<ResolveProblemProps, 'item' | 'error'>) {
  const { data } = useDeadLetterNow(item.id, true);
  const reload = useReload();
  const latest = data?.history.at(-1);
  return (
    <Alert color="orange" role="alert" title="Someone else was faster">
      Your decision changed nothing.{' '}
      {latest ? (
        <Text component="span" inherit className="breaks">
          In the meantime it was {whatOf(latest).replace(/^failed/, 'retried and failed')}, <Time at={latest.at} />
          {latest.detail && `: ${latest.detail}`}.
        </Text>
      ) : (
        messageOf(error)
      )}
      <Button size="xs" variant="default" mt="xs" display="block" onClick={() => void reload()}>
        Show it as it is now
      </Button>
    </Alert>
  );
}
