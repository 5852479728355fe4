import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils';
// The build of Prisma's schema engine that npm carries: the one its CLI uses has to be downloaded.
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';

/** The engine reports a panic here before it ends; without a listener the message would be lost. */
const set_message = (message: string) => process.stderr.write(`${message}\n`);
Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message } });

/** The SQL that would make the database what `schema` (a schema.prisma) describes; empty when it already is. */
export async function missingSql(databaseUrl: string, schema: string): Promise<string> {
  const files = [{ path: 'schema.prisma', content: schema }];
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => {}, factoryFor(databaseUrl));
  try {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: '/' },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    return exitCode === 0 ? '' : (stdout ?? 'a difference without a script');
  } finally {
    engine.free();
  }
}

/** The type of flags in PostgreSQL's catalog, which @prisma/adapter-pg refuses. */
const CHAR = 18;
const NAME = 19;

class CatalogPool extends pg.Pool {
  chars: boolean[] = [];

  override async query(...args: unknown[]): Promise<never> {
    const result = await super.query(...(args as [string]));
    this.chars = result.fields.map(({ dataTypeID }) => dataTypeID === CHAR);
    for (const field of result.fields) if (field.dataTypeID === CHAR) field.dataTypeID = NAME;
    return result as never;
  }
}

function factoryFor(connectionString: string): ErrorCapturingSqlMigrationAwareDriverAdapterFactory {
  const pool = new CatalogPool({ connectionString });
  const factory = new PrismaPg(pool, { disposeExternalPool: true });
  const connect = async (): Promise<SqlDriverAdapter> => {
    const adapter = await factory.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      const columnTypes = result.columnTypes.map((type, n) => (pool.chars[n] ? ColumnTypeEnum.Character : type));
      return { ...result, columnTypes };
    };
    return adapter;
  };
  return bindMigrationAwareSqlAdapterFactory({
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect,
    connectToShadowDb: connect,
  });
}
