import { Problem } from '@waybill/platform';
import { reasonOf } from '../http/reason-of.js';
import type { AddressesOf } from './copy-addresses.js';

/** Milliseconds. */
const TIMEOUT = 5_000;

/** Pauses and resumes consumers in every copy of a process: each knows only itself. */
export class ConsumerSwitch {
  constructor(
    private readonly addresses: AddressesOf,
    private readonly operatorToken: string,
  ) {}

  /**
   * What each copy consumes by this name, as it is now. Throws Problem when a copy does not do it: the others have done it all the same,
   * and doing it again is harmless.
   */
  async turn(process: string, name: string, action: 'pause' | 'resume'): Promise<object[]> {
    const urls = await this.copiesOf(process);
    const answers = await Promise.allSettled(
      urls.map((url) => this.post(`${url}/consumers/${encodeURIComponent(name)}/${action}`)),
    );
    const failures = answers.flatMap((answer, copy) =>
      answer.status === 'rejected' ? [`${urls[copy]} does not respond: ${reasonOf(answer.reason)}`] : [],
    );
    if (failures.length) throw unavailable(`${action} is not done in every copy of ${process}: ${failures.join('; ')}`);
    const items = answers.map((answer) => (answer as PromiseFulfilledResult<object[] | undefined>).value);
    if (items.every((item) => item === undefined))
      throw new Problem('not-found', { detail: `${process} consumes nothing named ${name}` });
    return items.flatMap((item = [], copy) => item.map((one) => ({ url: urls[copy], ...one })));
  }

  private async copiesOf(process: string): Promise<readonly string[]> {
    const addresses = this.addresses.get(process);
    if (!addresses) throw new Problem('not-found', { detail: `there is no process ${process}` });
    return addresses.list().catch((error) => {
      throw unavailable(`${process} has no address: ${reasonOf(error)}`);
    });
  }

  /** Undefined: it has no such consumer. */
  private async post(url: string): Promise<object[] | undefined> {
    const headers = { authorization: `Bearer ${this.operatorToken}` };
    const response = await fetch(url, { method: 'POST', headers, signal: AbortSignal.timeout(TIMEOUT) });
    if (response.ok) return ((await response.json()) as { items: object[] }).items;
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    throw new Error(`status ${response.status}`);
  }
}

const unavailable = (detail: string) => new Problem('unavailable', { detail, retryAfterSeconds: 2 });
