import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type DeadLetterDetail, useDiscard } from './queries.js';
import { ResolveProblem } from './resolve-problem.js';

interface DiscardDialogProps {
  item: DeadLetterDetail;
  isOpen: boolean;
  close: () => void;
}

/** Asks for the reason. */
export function DiscardDialog({ item, isOpen, close }: DiscardDialogProps) {
  const [reason, setReason] = useState('');
  const discard = useDiscard(item);
  const isEvent = item.sourceKind === 'topic' && item.key !== null;
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title="Discard this dead letter"
      closeButtonProps={{ 'aria-label': 'close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          discard.mutate(reason.trim(), { onSuccess: close });
        }}
      >
        <Stack>
          <Text size="sm">
            {item.consumer} will never handle this message.
            {isEvent && ' Later events of its key, which wait behind it, go on without it.'}
          </Text>
          <TextInput
            label="Reason"
            description="Recorded with it and in the audit log"
            required
            data-autofocus
            maxLength={1_000}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {discard.isError && <ResolveProblem item={item} error={discard.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" color="red.9" disabled={!reason.trim()} loading={discard.isPending}>
              Discard it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
