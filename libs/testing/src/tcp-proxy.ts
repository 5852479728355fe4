import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

interface Address {
  host: string;
  port: number;
}

/** The way to a server, for a test to break. What goes on between it and those who come that way is up to the test. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private readonly clients = new Set<Socket>();
  private held: 'nothing' | 'answers' | 'everything' = 'nothing';
  private waiting: (() => void)[] = [];
  private isCut = false;

  private constructor(
    private readonly server: Server,
    private readonly target: Address,
    private readonly namesItself: boolean,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** Listens on a free port of this machine. The caller closes it. */
  static async to(target: Address): Promise<TcpProxy> {
    return new TcpProxy(await listening(), target, false);
  }

  /** The way to Kafka, whose clients go on to the address that it gives them: here they are given the proxy's. */
  static async toKafka(broker: string): Promise<TcpProxy> {
    const [host, port] = broker.split(':');
    return new TcpProxy(await listening(), { host: host!, port: Number(port) }, true);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Breaks all connections, and new ones at once, until `restore`. What is held is lost. */
  cut(): void {
    this.isCut = true;
    this.waiting = [];
    for (const socket of this.sockets) socket.destroy();
  }

  /** The server seems to be paused: connections stay and new ones are made, but nothing gets through until `restore`. */
  holdEverything(): void {
    this.held = 'everything';
  }

  /** The server hears everything, but what it says is kept back until `restore`. */
  holdAnswers(): void {
    this.held = 'answers';
  }

  /** Sends bytes to all clients as if the server had; between two of its answers. */
  answer(bytes: Buffer): void {
    for (const client of this.clients) client.write(bytes);
  }

  /** Lets everything through again, first what was held. */
  restore(): void {
    this.isCut = false;
    this.held = 'nothing';
    for (const go of this.waiting.splice(0)) go();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    this.watch(client);
    this.clients.add(client);
    client.on('close', () => this.clients.delete(client));
    if (this.isCut) client.destroy();
    else this.pass(() => this.join(client));
  }

  private join(client: Socket): void {
    const server = createConnection(this.target);
    this.watch(server);
    const link = (from: Socket, to: Socket, isAnswer: boolean) => {
      const through = (bytes: Buffer) => (isAnswer && this.namesItself ? this.renamed(bytes) : bytes);
      from.on('data', (bytes) => this.pass(() => to.write(through(bytes)), isAnswer));
      from.on('close', () => this.pass(() => to.end(), isAnswer));
    };
    link(client, server, false);
    link(server, client, true);
  }

  /** A broker's address is the text of its host and four bytes of its port, in every version of every answer. */
  private renamed(answer: Buffer): Buffer {
    const theirs = addressBytes(this.target);
    const ours = addressBytes({ ...this.target, port: this.port });
    const renamed = Buffer.from(answer);
    for (let at = renamed.indexOf(theirs); at >= 0; at = renamed.indexOf(theirs, at)) ours.copy(renamed, at);
    return renamed;
  }

  private pass(go: () => void, isAnswer = false): void {
    const isHeld = this.held === 'everything' || (this.held === 'answers' && isAnswer);
    if (isHeld) this.waiting.push(go);
    else go();
  }

  private watch(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', () => this.sockets.delete(socket));
  }
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function addressBytes({ host, port }: Address): Buffer {
  const bytes = Buffer.alloc(host.length + 4);
  bytes.write(host);
  bytes.writeInt32BE(port, host.length);
  return bytes;
}
