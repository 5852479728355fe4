import { PageTitle } from '../shell/index.js';

export function Component() {
  return <PageTitle title="Dead letters" />;
}
