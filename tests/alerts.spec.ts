import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './imports.js';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const filesIn = (pattern: string) => globSync(pattern, { cwd: root }).sort();
const rules = filesIn('infra/prometheus/alerts/*.yml');
const tests = filesIn('infra/prometheus/tests/*.yml');

/** Each alert with its lines. */
const alerts = rules.flatMap((file) => {
  const [, ...parts] = read(file).split(/^ +- alert: /m);
  return parts.map((part) => ({ name: /^\w+/.exec(part)![0], text: part }));
});
const names = alerts.map(({ name }) => name);

/** `npm test` brings promtool and names it. */
async function promtool(...args: string[]): Promise<string> {
  const { PROMTOOL: tool = 'promtool' } = process.env;
  try {
    return (await promisify(execFile)(tool, args, { cwd: root })).stdout;
  } catch (error) {
    const { code, stdout, stderr } = error as { code: string; stdout: string; stderr: string };
    if (code === 'ENOENT') throw new Error('promtool is missing: `npm test` brings it, or install prometheus');
    throw new Error(`${stdout}\n${stderr}`);
  }
}

describe('the alerts', () => {
  it('are rules that Prometheus accepts', async () => {
    expect(await promtool('check', 'rules', ...rules)).toContain('SUCCESS');
  });

  it.each(tests)('fire and clear as %s says', async (file) => {
    await expect(promtool('test', 'rules', file)).resolves.toContain('SUCCESS');
  });

  it('have a test each that sees them fire, and one that sees them silent', () => {
    const cases = tests.flatMap((file) => read(file).split(/^ +- (?=\{? ?eval_time: )/m));
    const of = (name: string) => cases.filter((one) => new RegExp(`alertname: ${name}\\b`).test(one));
    const isSilent = (one: string) => /exp_alerts: \[\]/.test(one);
    expect(names.filter((name) => !of(name).some(isSilent))).toEqual([]);
    expect(names.filter((name) => of(name).every(isSilent))).toEqual([]);
  });

  it('name their severity and their runbook', () => {
    const wrong = alerts.filter(
      ({ name, text }) =>
        !/severity: (page|ticket)/.test(text) || !text.includes(`runbook: docs/runbooks/${name}.md\n`),
    );
    expect(wrong).toEqual([]);
  });

  it('have a runbook each, and each runbook its alert', () => {
    const pages = filesIn('docs/runbooks/!(README).md').map((page) => basename(page, '.md'));
    expect(names.length).toBeGreaterThan(10);
    expect(pages).toEqual(names.toSorted());
  });

  it.each(names)('%s has a runbook that says what it means, what to look at and what helps', (name) => {
    const page = read(`docs/runbooks/${name}.md`);
    expect(page).toMatch(new RegExp(`^# ${name}\n`));
    for (const part of ['Means', 'Look at', 'Helps']) expect(page).toMatch(new RegExp(`^\\*\\*${part}\\b`, 'm'));
  });
});
