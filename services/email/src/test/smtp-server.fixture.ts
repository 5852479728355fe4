import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What a command is answered with; `undefined` for what a server that takes everything says, `hang up` for nothing. */
export type Answering = (command: string) => string | undefined;

/** An SMTP server that refuses what a test wants to see refused, which Maildev can not. Commands come as `RCPT`. */
export class SmtpServer {
  /** Each mail that was taken, as it came. */
  readonly mails: string[] = [];
  answer: Answering = () => undefined;
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

  /** Ends every connection, so that the next mail comes over a new one. */
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
    socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
    if (!this.say(socket, 'CONNECT')) return;
    let mail: string[] | undefined;
    for await (const line of createInterface({ input: socket })) {
      if (mail && line !== '.') mail.push(line);
      else if (mail) {
        this.mails.push(mail.join('\n'));
        mail = undefined;
        this.say(socket, '.');
      } else {
        const command = line.split(/[ :]/, 1)[0]!.toUpperCase();
        const said = this.say(socket, command);
        if (command === 'DATA' && said?.startsWith('354')) mail = [];
      }
    }
  }

  /** What was said; nothing when it hung up. */
  private say(socket: Socket, command: string): string | undefined {
    const answer = this.answer(command) ?? USUAL[command] ?? '250 ok';
    if (answer === 'hang up') {
      socket.destroy();
      return undefined;
    }
    socket.write(`${answer}\r\n`);
    return answer;
  }
}

const USUAL: Record<string, string> = { CONNECT: '220 test', DATA: '354 go on', QUIT: '221 bye' };
