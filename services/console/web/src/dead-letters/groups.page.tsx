import { useSearchParams } from 'react-router';
import { Message } from '../shell/index.js';
import { AreaFrame } from './area-frame.js';
import { GroupsTable } from './groups-table.js';
import { ListData } from './list-data.js';
import { PAGE_SIZE } from './paging.js';
import { useGroups } from './queries.js';

export function Component() {
  const cursor = useSearchParams()[0].get('cursor');
  const query = useGroups({ limit: PAGE_SIZE, ...(cursor && { cursor }) });
  return (
    <AreaFrame title="Groups of the same failure">
      <ListData
        query={query}
        empty={
          <Message title="No dead letter is waiting">
            Dead letters with the same class, error and place in the stack are one group: one cause, one decision.
          </Message>
        }
      >
        {(items) => <GroupsTable items={items} />}
      </ListData>
    </AreaFrame>
  );
}
