import { Toolchain } from './toolchain.js';

/** What follows when a generator has changed sources everywhere: the lockfile, the format, what is generated, the build. */
export async function rebuild(root: string, report: (line: string) => void): Promise<void> {
  const toolchain = new Toolchain(root, report);
  await toolchain.install();
  await toolchain.format(['.']);
  await toolchain.generate();
  await toolchain.format(['.']); // some of what is generated has lines that became longer or shorter
}
