import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { endpoints } from '../system/running-system.js';

/** The path of its program; `npm run test:browser` finds or installs one. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGS = [
  // Its sandbox does not run as root: it opens nothing but the console.
  '--no-sandbox',
  // In each new window, Chromium loads pages of its own for its address bar, at the cost of ours.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup',
];
/** Within which a page shows what is expected of it, in ms. */
const PATIENCE = 20_000;

let browser: Browser | undefined;

/** A browser without a profile. Close it by `closeBrowser` after all tests of a file. */
async function launch(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing: apt-get install chromium, or set CHROMIUM`);
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

export interface ConsolePage {
  page: Page;
  context: BrowserContext;
  /** All that went wrong in the page: uncaught errors, and what its console says of errors. */
  errors: string[];
  /** URLs of other origins that it asked for. */
  external: string[];
}

/** The console's page in a browser session of its own, which is not signed in. */
export async function openConsole(options: BrowserContextOptions = {}): Promise<ConsolePage> {
  const base = endpoints().deadLetters;
  const context = await (await launch()).newContext({ baseURL: base, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const [errors, external]: [string[], string[]] = [[], []];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${base}/`)) external.push(request.url());
  });
  return { page, context, errors, external };
}

/** Opens a place of the page, as `/dead-letters`, as the operator. */
export async function openAsOperator(place: string, options?: BrowserContextOptions): Promise<ConsolePage> {
  const opened = await openConsole(options);
  const response = await opened.context.request.post('/session', { data: { token: endpoints().operatorToken } });
  if (!response.ok()) throw new Error(`signing in was answered with ${response.status()}`);
  await opened.page.goto(`/#${place}`);
  return opened;
}

/** By the form. */
export async function signIn({ page }: ConsolePage, token: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Token' }).fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'sign out' }).waitFor();
}
