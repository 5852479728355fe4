import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

interface Address {
  host: string;
  port: number;
}

/** A proxy in front of a server, with which a test simulates network failures. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private readonly clients = new Set<Socket>();
  private held: 'nothing' | 'responses' | 'everything' = 'nothing';
  private waiting: (() => void)[] = [];
  private isCut = false;

  private constructor(
    private readonly server: Server,
    private readonly target: Address,
    private readonly advertisesItself: boolean,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** Listens on a free port of this machine. The caller closes it. */
  static async to(target: Address): Promise<TcpProxy> {
    return new TcpProxy(await listening(), target, false);
  }

  /** For Kafka, whose clients connect to the address that the broker advertises: the proxy replaces it by its own. */
  static async toKafka(broker: string): Promise<TcpProxy> {
    const [host, port] = broker.split(':');
    return new TcpProxy(await listening(), { host: host!, port: Number(port) }, true);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Closes all connections, and new ones immediately, until `restore`. Held data are lost. */
  cut(): void {
    this.isCut = true;
    this.waiting = [];
    for (const socket of this.sockets) socket.destroy();
  }

  /** Simulates a frozen server: connections stay open and new ones succeed, but no data pass until `restore`. */
  holdEverything(): void {
    this.held = 'everything';
  }

  /** Requests reach the server, but its responses are held until `restore`. */
  holdResponses(): void {
    this.held = 'responses';
  }

  /** Sends bytes to all clients as if the server had, between two of its responses. */
  respond(bytes: Buffer): void {
    for (const client of this.clients) client.write(bytes);
  }

  /** Passes everything again, first what was held. */
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
    const link = (from: Socket, to: Socket, isResponse: boolean) => {
      const through = (bytes: Buffer) => (isResponse && this.advertisesItself ? this.readdressed(bytes) : bytes);
      from.on('data', (bytes) => this.pass(() => to.write(through(bytes)), isResponse));
      from.on('close', () => this.pass(() => to.end(), isResponse));
    };
    link(client, server, false);
    link(server, client, true);
  }

  /** A broker's address is its host as text and its port as four bytes, in every version of every response. */
  private readdressed(response: Buffer): Buffer {
    const theirs = addressBytes(this.target);
    const ours = addressBytes({ ...this.target, port: this.port });
    const readdressed = Buffer.from(response);
    for (let at = readdressed.indexOf(theirs); at >= 0; at = readdressed.indexOf(theirs, at)) {
      ours.copy(readdressed, at);
    }
    return readdressed;
  }

  private pass(go: () => void, isResponse = false): void {
    const isHeld = this.held === 'everything' || (this.held === 'responses' && isResponse);
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
