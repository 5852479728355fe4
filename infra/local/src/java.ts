import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './download.js';
import { findExecutable, findExecutables } from './find-executable.js';
import type { Output } from './progress.js';
import { run } from './run.js';
import { cache } from './settings.js';
import { hasApt, installByApt } from './system-packages.js';
import { toolchain } from './toolchain.js';

/** What runs on Java and comes from Maven Central. */
export interface JavaProgram {
  name: string;
  /** In the cache. */
  folder: string;
  /** Names its artifacts. */
  pom: string;
  /** How people get it otherwise. */
  ways: string;
}

/** Rejects with the ways to get what needs it. */
export async function findJava({ name, ways }: Pick<JavaProgram, 'name' | 'ways'>, output: Output): Promise<string> {
  const found = await installedJava();
  if (found) return found;
  if (!hasApt()) throw new Error(`${name} needs Java ${toolchain.java.oldest} or newer.\n${ways}`);
  await installByApt([await javaPackage()], output).catch((error) => {
    throw new Error(`${name} needs Java: ${(error as Error).message}\n${ways}`);
  });
  return (await installedJava())!;
}

/** macOS has a `java` that fails, and says where to get one. */
async function installedJava(): Promise<string | undefined> {
  const { oldest, folders } = toolchain.java;
  const home = process.env.JAVA_HOME ? [join(process.env.JAVA_HOME, 'bin')] : [];
  for (const java of findExecutables('java', [...home, ...folders], { pathLast: home.length > 0 })) {
    const version = await run(java, ['--version']).catch(() => '');
    if (Number(/\d+/.exec(version)?.[0] ?? 0) >= oldest) return java;
  }
  return undefined;
}

/** Debian 12 and Ubuntu have 17; Debian 13 has 21. */
async function javaPackage(): Promise<string> {
  const has17 = await run('apt-cache', ['show', 'openjdk-17-jre-headless']).then(
    () => true,
    () => false,
  );
  return has17 ? 'openjdk-17-jre-headless' : 'default-jre-headless';
}

/** Resolves with the folder of the jars. */
export function bringByMaven({ name, folder, pom, ways }: JavaProgram, output: Output): Promise<string> {
  return cached(join(cache, folder), async (temporary) => {
    if (!findExecutable('mvn')) {
      if (!hasApt()) throw new Error(`${name} is missing.\n${ways}`);
      await installByApt(['maven'], output).catch((error) => {
        throw new Error(`${name} is missing, and so is Maven to download it: ${(error as Error).message}\n${ways}`);
      });
    }
    const file = join(temporary, 'pom.xml');
    writeFileSync(file, pom);
    const copy = ['-q', '-B', '-f', file, 'dependency:copy-dependencies', `-DoutputDirectory=${temporary}`];
    await run('mvn', [...copy, '-DincludeScope=runtime']).catch((error) => {
      throw new Error(`${name} is missing and Maven could not download it (${(error as Error).message})\n${ways}`);
    });
  });
}
