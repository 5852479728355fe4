import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';

/** The way to a server, for a test to break. What goes on between it and those who come that way is up to the test. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private held: 'nothing' | 'answers' | 'everything' = 'nothing';
  private waiting: (() => void)[] = [];
  private isCut = false;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** Listens on a free port of this machine. The caller closes it. */
  static async to(target: { host: string; port: number }): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, target);
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
    if (this.isCut) client.destroy();
    else this.pass(() => this.join(client));
  }

  private join(client: Socket): void {
    const server = createConnection(this.target);
    this.watch(server);
    const link = (from: Socket, to: Socket, isAnswer: boolean) => {
      from.on('data', (bytes) => this.pass(() => to.write(bytes), isAnswer));
      from.on('close', () => this.pass(() => to.end(), isAnswer));
    };
    link(client, server, false);
    link(server, client, true);
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
