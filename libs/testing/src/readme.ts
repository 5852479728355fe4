import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { until } from './until.js';

/** The program that a README shows in the section Use, piece by piece, and the lines that it says the program prints. */
export interface ReadmeProgram {
  code: string;
  prints: string[];
}

/** Reads a library's README. */
export function readmeProgram(path: string | URL): ReadmeProgram {
  const [, section = ''] = /^## Use\n([\s\S]*?)(?=^## )/m.exec(readFileSync(path, 'utf8')) ?? [];
  const blocks = (language: string) =>
    [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'gm'))].map(([, block]) => block!);
  return { code: blocks('ts').join('\n'), prints: blocks('text').join('').split('\n').filter(Boolean) };
}

export interface ProgramRun {
  cwd?: string;
  env: Record<string, string>;
  /** What its output must have. */
  prints: readonly string[];
}

/**
 * Runs a Node script until it has printed these lines, and stops it with SIGTERM. Rejects when it fails or has anything to say on
 * stderr. Ending by the signal is no failure: Nest raises it again once everything is closed.
 */
export async function runProgram(path: string, { cwd, env, prints }: ProgramRun): Promise<string> {
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', path], {
    ...(cwd && { cwd }),
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  const errors = text(child.stderr);
  const exit = once(child, 'exit');
  try {
    const isDone = () => child.exitCode !== null || prints.every((line) => output.split('\n').includes(line));
    await until(`${path} has printed ${prints.join(' / ')}`, isDone);
    child.kill('SIGTERM');
    const [code, signal] = await exit;
    const problems = await errors;
    const isStopped = code === 0 || signal === 'SIGTERM';
    if (!isStopped || problems) throw new Error(`${path} ended with ${code ?? signal}\n${output}\n${problems}`);
    return output;
  } finally {
    child.kill('SIGKILL');
  }
}
