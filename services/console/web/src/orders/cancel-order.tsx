import { Alert, Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { messageOf, ProblemError } from '../api/index.js';
import { useSession } from '../shell/index.js';
import { useCancelOrder } from './queries.js';

/** Cancels after a confirmation; that it is too late is no failure of the page, and is explained. */
export function CancelOrder({ orderId, isPossible }: { orderId: string; isPossible: boolean }) {
  const [isOpen, dialog] = useDisclosure();
  const cancel = useCancelOrder(orderId);
  const { data: session } = useSession();
  const open = () => {
    cancel.reset();
    dialog.open();
  };
  return (
    <>
      {isPossible && (
        <Button size="xs" color="red" variant="outline" onClick={open} disabled={session?.role === 'reader'}>
          Cancel order
        </Button>
      )}
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        title="Cancel this order?"
        closeButtonProps={{ 'aria-label': 'close' }}
      >
        {cancel.isSuccess ? (
          <Alert color="teal" role="status">
            It will be CANCELLED as soon as what was done for it is undone: watch the timeline.
          </Alert>
        ) : (
          <Text size="sm">
            Reserved stock is released and a charge is refunded. That is possible until the order is confirmed.
          </Text>
        )}
        {cancel.isError && <Refusal error={cancel.error} />}
        <Group justify="end" mt="md">
          <Button variant="default" onClick={dialog.close}>
            {cancel.isSuccess || cancel.isError ? 'Close' : 'Keep it'}
          </Button>
          {!cancel.isSuccess && !cancel.isError && (
            <Button color="red" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              Cancel it
            </Button>
          )}
        </Group>
      </Modal>
    </>
  );
}

function Refusal({ error }: { error: unknown }) {
  const isTooLate = error instanceof ProblemError && error.problem.status === 409;
  return (
    <Alert color={isTooLate ? 'orange' : 'red'} mt="sm" role="alert">
      {messageOf(error)}
      {isTooLate &&
        '. Confirming and cancelling compete for the order, and one of them wins for good: nothing was changed.'}
    </Alert>
  );
}
