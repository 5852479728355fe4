import { Grid, Stack } from '@mantine/core';
import { Loading, Message, PageTitle, useSession } from '../shell/index.js';
import { type Faults, useFaults } from './faults.data.js';
import { InEffect } from './in-effect.js';
import { InvariantsPanel } from './invariants-panel.js';
import { MessageForm } from './message-form.js';
import { RecentFaults } from './recent-faults.js';
import { TargetList } from './target-list.js';

/** Breaks the system on purpose, and shows beside it that nothing gets lost. */
export function Component() {
  const faults = useFaults();
  return (
    <>
      <PageTitle title="Faults" />
      <Loading query={faults}>{(data) => <FaultsOf faults={data} />}</Loading>
    </>
  );
}

function FaultsOf({ faults }: { faults: Faults }) {
  const { available, reason, targets, messageTargets, inEffect, recent } = faults;
  const mayBreak = useSession().data?.role === 'operator';
  if (!available)
    return (
      <Message title="Nothing can be broken here">
        {reason}. On your own machine, <code>npm start</code> runs a system that can be broken.
      </Message>
    );
  const ofKind = (kind: 'process' | 'server') => targets.filter((target) => target.kind === kind);
  return (
    <Grid gap="sm">
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack gap="sm">
          <InEffect faults={inEffect} mayUndo={mayBreak} />
          <TargetList title="Processes" targets={ofKind('process')} inEffect={inEffect} mayBreak={mayBreak} />
          <TargetList title="Servers" targets={ofKind('server')} inEffect={inEffect} mayBreak={mayBreak} />
          {mayBreak && <MessageForm targets={messageTargets} />}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Stack gap="sm">
          <InvariantsPanel />
          <RecentFaults faults={recent} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}
