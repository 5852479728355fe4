import { fileURLToPath } from 'node:url';
import { migrateService } from '@waybill/platform';
import { ServiceProcess, type ServiceResponse, type ServiceSettings } from '@waybill/testing';

const PROGRAM = fileURLToPath(new URL('../main.js', import.meta.url));

/** The service as it ships, in a process that a test can kill and start again. */
export class EmailProcess {
  /** The last one runs, unless it was killed. */
  private readonly processes: ServiceProcess[] = [];

  private constructor(private readonly env: NodeJS.ProcessEnv) {}

  static async start(settings: ServiceSettings, smtpUrl: string): Promise<EmailProcess> {
    await migrateService({ url: settings.DATABASE_URL, folder: new URL('../../', import.meta.url) });
    const { DATABASE_URL, RABBITMQ_URL, KAFKA_BROKERS, KAFKA_TOPIC_PREFIX } = settings;
    const env = { DATABASE_URL, RABBITMQ_URL, KAFKA_BROKERS: KAFKA_BROKERS.join(','), KAFKA_TOPIC_PREFIX };
    const service = new EmailProcess({ ...env, SMTP_URL: smtpUrl });
    await service.run();
    return service;
  }

  /** Everything that it has logged. */
  get log(): string {
    return this.processes.map(({ log }) => log).join('');
  }

  /** Resolves when it listens. */
  async run(changes: NodeJS.ProcessEnv = {}): Promise<void> {
    this.processes.push(await ServiceProcess.start(PROGRAM, { ...this.env, ...changes }));
  }

  /** A second process of the same service. */
  async copy(): Promise<EmailProcess> {
    const copy = new EmailProcess(this.env);
    await copy.run();
    return copy;
  }

  /** Like `kill -9`; resolves when the process is gone. */
  async kill(): Promise<void> {
    await this.processes.at(-1)?.kill();
  }

  close(): Promise<void> {
    return this.kill();
  }

  async inject(path: string): Promise<ServiceResponse> {
    const response = await fetch(this.processes.at(-1)!.url + path);
    const body = await response.text();
    return { statusCode: response.status, headers: {}, body, json: <T>() => JSON.parse(body) as T };
  }
}
