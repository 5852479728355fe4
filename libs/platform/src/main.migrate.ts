import { pathToFileURL } from 'node:url';
import { migrateService } from './migrate-service.js';

/** `node main.migrate.js` in the folder of a service brings the database at DATABASE_URL to its newest schema. */
const url = process.env.DATABASE_URL;
try {
  if (!url) throw new Error('DATABASE_URL is missing');
  await migrateService({ url, folder: pathToFileURL(`${process.cwd()}/`) });
} catch (error) {
  console.error(`migrate: ${(error as Error).message}`);
  process.exitCode = 1;
}
