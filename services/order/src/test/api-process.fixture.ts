import { fileURLToPath } from 'node:url';
import { ServiceProcess, until } from '@waybill/testing';

const PROGRAM = fileURLToPath(new URL('../main.api.js', import.meta.url));

/** An order-api as it ships, in a process of its own. */
export class ApiProcess {
  private constructor(
    /** The application name of its database connections. */
    readonly name: string,
    private readonly process: ServiceProcess,
  ) {}

  /** Resolves when it is ready. */
  static async start(name: string, databaseUrl: string, settings: Record<string, string> = {}): Promise<ApiProcess> {
    const process = await ServiceProcess.start(PROGRAM, { DATABASE_URL: databaseUrl, PGAPPNAME: name, ...settings });
    try {
      await until(`${name} is ready`, async () => (await fetch(`${process.url}/health/ready`)).ok);
      return new ApiProcess(name, process);
    } catch (error) {
      await process.kill();
      throw error;
    }
  }

  get url(): string {
    return this.process.url;
  }

  /** SIGTERM; resolves with its exit code. */
  terminate(): Promise<number> {
    return this.process.terminate();
  }

  /** Like `kill -9`; resolves when the process is gone. */
  kill(): Promise<void> {
    return this.process.kill();
  }
}
