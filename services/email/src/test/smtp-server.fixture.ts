import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

type Reply = string | undefined;

/** The reply to a command; `undefined` for the usual one, `hang up` to close the connection, `silence` for none. */
export type Replies = (command: string, line: string) => Reply | Promise<Reply>;

/** An SMTP server whose replies a test chooses, by command (`RCPT`), which Maildev cannot do. */
export class SmtpServer {
  /** Each accepted mail, as received. */
  readonly mails: string[] = [];
  connections = 0;
  reply: Replies = () => undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => void this.serve(socket).catch(() => {}));
  }

  static async listen(port = 0): Promise<SmtpServer> {
    const smtp = new SmtpServer(createServer());
    smtp.server.listen(port, '127.0.0.1');
    await once(smtp.server, 'listening');
    return smtp;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** Closes every connection, so that the next mail needs a new one. */
  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.hangUp();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(socket: Socket): Promise<void> {
    this.sockets.add(socket);
    this.connections++;
    socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
    await this.send(socket, 'CONNECT');
    let mail: string[] | undefined;
    for await (const line of createInterface({ input: socket })) {
      if (mail && line !== '.') mail.push(line);
      else if (mail) {
        const reply = await this.send(socket, '.');
        if (reply.startsWith('250')) this.mails.push(mail.join('\n'));
        mail = undefined;
      } else {
        const command = line.split(/[ :]/, 1)[0]!.toUpperCase();
        const reply = await this.send(socket, command, line);
        if (command === 'DATA' && reply.startsWith('354')) mail = [];
      }
    }
  }

  private async send(socket: Socket, command: string, line = command): Promise<string> {
    const reply = (await this.reply(command, line)) ?? USUAL[command] ?? '250 ok';
    if (reply === 'hang up') socket.destroy();
    else if (reply !== 'silence') socket.write(`${reply}\r\n`);
    return reply;
  }
}

const USUAL: Record<string, string> = { CONNECT: '220 test', DATA: '354 go on', QUIT: '221 bye' };
