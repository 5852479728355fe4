import { pgTx } from '@waybill/outbox';
import { transaction } from '@waybill/testing';
import pg from 'pg';
import { z } from 'zod';
import { MessageOutbox } from '../calls/index.js';
import { ClaimCheck, FileObjectStore } from '../claim-check/index.js';
import { defineQueue, defineTask } from '../contract/index.js';

export interface ClaimingSettings {
  databaseUrl: string;
  folder: string;
  /** Where the process hangs, to be killed. */
  stopAt: 'after the upload' | 'before the commit';
}

const Read = defineTask({
  type: 'test.Read.v1',
  queue: defineQueue({ name: 'papers' }),
  subject: ({ title }) => title,
  schema: z.object({ title: z.string(), text: z.string() }),
});

async function reach(place: ClaimingSettings['stopAt'], stopAt: ClaimingSettings['stopAt']): Promise<void> {
  if (place !== stopAt) return;
  process.stdout.write('paused\n');
  await new Promise(() => {});
}

/** Sends one large body and never commits. */
async function claim({ databaseUrl, folder, stopAt }: ClaimingSettings): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const store = new FileObjectStore(folder);
  const stopping = Object.assign(Object.create(store) as FileObjectStore, {
    async put(key: string, bytes: Uint8Array) {
      await store.put(key, bytes);
      await reach('after the upload', stopAt);
    },
  });
  const claimCheck = new ClaimCheck({ store: stopping, database: pgTx(pool as never) });
  const outbox = new MessageOutbox({ source: '/dying', claimCheck });
  await transaction(pool, async (client) => {
    await outbox.add(pgTx(client), Read.of({ title: 'dying', text: 'x'.repeat(300_000) }));
    await reach('before the commit', stopAt);
  });
}

if (import.meta.main) await claim(JSON.parse(process.argv[2]!));
