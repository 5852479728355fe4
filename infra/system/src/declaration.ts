/** What is said about a process in system.ts. */
export interface Process {
  /** Of the process, its container and its log. */
  name: string;
  /** One sentence; a comment in docker-compose.yml. */
  does: string;
  /** Folder of the package. */
  package: string;
  /** File in its `src` that runs the process. Default `main`. */
  entry?: string;
  /** The setting that moves the port, and its default. The process itself reads `PORT`. */
  port: Readonly<Record<string, number>>;
  /** Key in endpoints.json. Default: the name in camel case. */
  endpoint?: string;
  /** The service whose database it uses, as `waybill_<database>` on PostgreSQL. */
  database?: string;
  /** The servers that it needs beside its database; for events and tasks, the one that carries them. */
  needs?: readonly (ServerName | Carried)[];
  /** Names of processes that it calls by HTTP; it finds each at `<NAME>_URL`. */
  calls?: readonly string[];
  /**
   * Whether it gets the addresses of all processes (`PROCESS_URLS`) and of the web pages of servers (`SERVER_PAGES`), and where the
   * launcher runs the system, the launcher's socket (`LAUNCHER_SOCKET`). Default false.
   */
  showsAll?: true;
  /** Settings that docker-compose.yml passes on where they are set; without containers a process sees the whole environment. */
  settings?: readonly string[];
  /** Settings that have no default: docker-compose.yml takes them from `.env`, the launcher makes them up. */
  secrets?: readonly ('OPERATOR_TOKEN' | 'PAYMENT_TOKEN_KEY' | 'WEBHOOK_SECRET')[];
  /** Limit of its container. Default 256m. */
  memory?: `${number}m`;
  /** Of Node, beside `NODE_FLAGS`. */
  nodeFlags?: readonly string[];
  /** Whether its container's port is published: on 127.0.0.1 (the default), by nginx for all copies, or not. */
  published?: 'on the host' | 'by nginx' | 'not';
  /** A second service in the compose profile `scale-out`, with so many copies. */
  scaleOut?: { as: string; copies: number };
  /** Whether it keeps files in `DATA_DIR`. Default false. */
  keepsFiles?: boolean;
  /** Rows of the table that `npm start` shows. */
  pages?: readonly { label: string; path: string; note?: string }[];
}

/** What is said about a backing server in system.ts. */
export interface Server {
  name: ServerName;
  /** Settings that move its ports, with their defaults. */
  ports: Readonly<Record<string, number>>;
  /** What it can carry; it runs where the settings `EVENTS` or `TASKS` choose it. Default nothing: it always runs. */
  carries?: readonly Carried[];
  /** The setting with the address of your own server, which is then used instead. */
  replacedBy: string;
  /** Its web page; `replacedBy` is the setting with the address of your own. `HOME` in the note stands for `WAYBILL_HOME`. */
  ui?: { label: string; endpoint: string; port: string; note?: string; replacedBy?: string };
}

/** Messages. */
export type Carried = 'events' | 'tasks';

export type ServerName = 'postgres' | 'rabbitmq' | 'kafka' | 'nats' | 'sqs' | 'temporal' | 'mail';
