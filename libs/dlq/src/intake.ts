import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@waybill/outbox';
import type { DeadLetterDatabase } from './dead-letter-database.js';
import { DeadLetters } from './dead-letters.js';
import type { FoundLetter } from './letter.js';
import { takenIn } from './metrics.js';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;

/** The way from every broker into the tables. */
export class Intake {
  private readonly letters = new DeadLetters();
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: DeadLetterDatabase,
    private readonly logger: Logger,
  ) {}

  /**
   * Resolves with true once the letter is committed, however long the database is away: a broker gives a message back only
   * so often before it drops it. False when the process stops first.
   */
  async take(letter: FoundLetter): Promise<boolean> {
    const { messageId, type, at, class: failureClass } = letter;
    let longest = FIRST_PAUSE;
    for (let failures = 0; !this.stopping.signal.aborted; failures++) {
      try {
        const how = await this.database.transaction((tx) => this.letters.takeIn(tx, letter));
        takenIn.inc({ source: at.source, class: failureClass, how });
        this.logger.info({ messageId, type, from: at.name, how }, 'took a dead letter in');
        return true;
      } catch (error) {
        if (failures === 0) {
          this.logger.warn({ err: error, messageId, from: at.name }, 'a dead letter can not be taken in yet');
        }
      }
      await pause(longest, undefined, { signal: this.stopping.signal }).catch(() => {});
      longest = Math.min(longest * 2, LONGEST_PAUSE);
    }
    return false;
  }

  stop(): void {
    this.stopping.abort();
  }

  get stopped(): AbortSignal {
    return this.stopping.signal;
  }
}
