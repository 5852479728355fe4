import { git } from './clean-tree.js';
import { dependentsOf } from './dependents.js';
import { knownContracts } from './known-contracts.js';
import { SmallRepository } from './small-repository.fixture.js';

let repository: SmallRepository;
beforeEach(() => {
  repository = new SmallRepository();
  git(repository.root, 'init', '--quiet');
});
afterEach(() => repository.remove());

function dependents(files: Record<string, string>): string[] {
  for (const [path, content] of Object.entries(files)) repository.write(path, content);
  git(repository.root, 'add', '--all');
  return dependentsOf(repository.root, 'parcels', knownContracts(repository.root));
}

describe('what depends on a service', () => {
  it('is nothing but itself, its contracts and what is generated', () => {
    expect(
      dependents({
        'services/parcels/src/main.ts': 'WeighParcel',
        'docs/metrics.md': 'services/parcels',
        'services/console/web/src/api/types/parcels.ts': 'from the OpenAPI document of services/parcels',
        'docs/guide/add-a-service.md': 'services/parcels',
        'README.md': `<!-- Written by \`npm run generate\` from it. -->\nservices/parcels\n<!-- End of what is written. -->`,
        'services/labels/src/main.ts': 'services/parcels-of-others ParcelWeighedTwice',
      }),
    ).toEqual([]);
  });

  it('is who uses its messages or names its folder, code before documentation', () => {
    expect(
      dependents({
        'README.md': 'see [parcels](services/parcels/src)',
        'services/labels/src/handlers/parcel-weighed.handler.ts': '@Handles(ParcelWeighed)',
        'services/console/web/src/api/parcels.ts': "import type { paths } from './types/parcels.js';",
        'tests/weigh.spec.ts': "join(root, 'services', 'parcels')",
      }),
    ).toEqual([
      'services/console/web/src/api/parcels.ts uses the API of services/parcels',
      'services/labels/src/handlers/parcel-weighed.handler.ts uses ParcelWeighed',
      'tests/weigh.spec.ts names services/parcels',
      'README.md names services/parcels',
    ]);
  });
});
