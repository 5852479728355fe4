import { Controller, Get } from '@nestjs/common';
import { OperatorOnly } from '@waybill/platform/nest';

/** Where the parts of the system are. */
export class SystemAddresses {
  constructor(
    /** Base URLs, by the process's name. */
    readonly processes: ReadonlyMap<string, string>,
    /** Web pages of servers, by the server's name. */
    readonly pages: ReadonlyMap<string, string>,
  ) {}
}

@Controller('system')
export class SystemController {
  constructor(private readonly addresses: SystemAddresses) {}

  /** What the page links and forwards to. */
  @OperatorOnly()
  @Get()
  show() {
    const { processes, pages } = this.addresses;
    return { processes: [...processes.keys()], pages: Object.fromEntries(pages) };
  }
}
