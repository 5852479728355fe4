import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { endpoints } from '../system/running-system.js';
import { closeBrowser, openAsOperator, openConsole, signIn } from './console-page.js';

afterAll(closeBrowser);

const newLink = async (role: 'operator' | 'reader') => {
  const { deadLetters, operatorToken } = endpoints();
  const response = await fetch(`${deadLetters}/session/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ role }),
  });
  return ((await response.json()) as { url: string }).url;
};

describe('signing in to the console', () => {
  it('shows what was asked for afterwards, asks nobody else for anything, and breaks no policy', async () => {
    const opened = await openConsole();
    const { page, errors, external, context } = opened;
    await page.goto('/#/dead-letters');
    await page.getByRole('textbox', { name: 'Token' }).fill(endpoints().operatorToken);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Dead letters', level: 1 }).waitFor();
    expect(page.url()).toMatch(/#\/dead-letters/);
    expect(external).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('says that a token is wrong', async () => {
    const { page, context } = await openConsole();
    await page.goto('/');
    await page.getByRole('textbox', { name: 'Token' }).fill('nope');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('token is missing or wrong').waitFor();
    await context.close();
  });

  it('works by a link once, which leaves neither the address nor the history with its code', async () => {
    const link = await newLink('operator');
    const { page, context } = await openConsole();
    await page.goto(link);
    await page.getByRole('button', { name: 'sign out' }).waitFor();
    expect(page.url()).not.toContain('code');
    await page.goBack();
    expect(page.url()).not.toContain('code');
    await context.close();

    const other = await openConsole();
    await other.page.goto(link);
    await other.page.getByRole('alert').getByText('npm run console').waitFor();
    await other.context.close();
  });

  it('ends with signing out, in every tab', async () => {
    const { page, context } = await openAsOperator('/dead-letters');
    const other = await context.newPage();
    await other.goto('/#/dead-letters');
    await other.getByRole('heading', { name: 'Dead letters', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Waybill' }).waitFor();
    await other.reload();
    await other.getByRole('heading', { name: 'Sign in to Waybill' }).waitFor();
    await context.close();
  });

  it('is asked for again when the session has ended', async () => {
    const { page, context } = await openAsOperator('/dead-letters');
    await page.getByRole('heading', { name: 'Dead letters', level: 1 }).waitFor();
    await context.clearCookies();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to Waybill' }).waitFor();
    await context.close();
  });

  it('of a reader says that they can change nothing', async () => {
    const { page, context } = await openConsole();
    await page.goto(await newLink('reader'));
    await page.getByText('read only').waitFor();
    await context.close();
  });

  it('puts the token in no address and in no storage of the page', async () => {
    const { operatorToken } = endpoints();
    const opened = await openConsole();
    const requested: string[] = [];
    opened.page.on('request', (request) => requested.push(request.url()));
    await signIn(opened, operatorToken);
    const stored = await opened.page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
    );
    expect([...requested, stored, opened.page.url()].filter((text) => text.includes(operatorToken))).toEqual([]);
    await opened.context.close();
  });

  it('leaves tokens and codes in no log', async () => {
    const { operatorToken, readerToken } = endpoints();
    const wrongToken = randomUUID();
    const link = await newLink('reader');
    const { page, context } = await openConsole();
    await page.goto('/');
    await page.getByRole('textbox', { name: 'Token' }).fill(wrongToken);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.goto(link);
    await page.getByText('read only').waitFor();
    await context.close();
    // It answers once the lines of what came before are written.
    await fetch(`${endpoints().deadLetters}/session`);

    const secrets = [operatorToken, readerToken, wrongToken, /code=(.+)/.exec(link)![1]!];
    const texts = logs();
    expect(texts.get('console.log')).toContain('"service":"console"');
    for (const [name, text] of texts)
      expect([name, secrets.filter((secret) => text.includes(secret))]).toEqual([name, []]);
  });
});

/** By file name: what the processes and servers of the system have logged. */
function logs(): Map<string, string> {
  const folder = join(dirname(process.env.WAYBILL_ENDPOINTS!), 'logs');
  const names = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
