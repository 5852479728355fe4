import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../imports.js';
import { ordersIn, outcomeOf, place, settledSummary } from '../shop.js';

/** What does not change any more when orders are on their way to their customers. */
async function figures() {
  const { revenue, refunds, ...summary } = await settledSummary();
  return { revenue, refunds, orders: ordersIn({ revenue, refunds, ...summary }) };
}

const rebuild = () => promisify(execFile)('npm', ['run', '--silent', 'analytics:rebuild'], { cwd: root });

describe('npm run analytics:rebuild', () => {
  it('reads all events again, and the figures stay as they are', async () => {
    await outcomeOf(await place());
    await outcomeOf(await place({ paymentToken: 'tok_declined' }));
    const before = await figures();

    const { stdout } = await rebuild();
    expect(stdout).toContain('swapped the new projection in');
    expect(await figures()).toEqual(before);
  });
});
