import type { Endpoints } from '@waybill/shop-cli';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** A page of the console, and what it shows when it has its data. */
export interface Place {
  name: string;
  /** `ORDER` stands for an order's id. */
  path: string;
  shown(page: Page): Promise<void>;
}

const firstRow = (page: Page) => page.getByRole('row').nth(1).waitFor();

export const PLACES: readonly Place[] = [
  { name: 'overview', path: '/', shown: (page) => page.getByText(/^live, read/).waitFor() },
  {
    name: 'overview with its picture',
    path: '/',
    shown: (page) => page.getByRole('button', { name: /^process order-api/ }).waitFor(),
  },
  { name: 'orders', path: '/orders', shown: firstRow },
  { name: 'an order', path: '/orders/ORDER', shown: (page) => page.getByText('OrderConfirmed').first().waitFor() },
  { name: 'dead letters', path: '/dead-letters', shown: firstRow },
  { name: 'messaging', path: '/messaging', shown: firstRow },
  { name: 'faults', path: '/faults', shown: (page) => page.getByText('order-processor').first().waitFor() },
];

/** Tabs of one browser that is signed in. */
export class OpenPage {
  private constructor(private readonly context: BrowserContext) {}

  static async signedIn(browser: Browser, { deadLetters, operatorToken }: Endpoints): Promise<OpenPage> {
    const context = await browser.newContext({ baseURL: deadLetters! });
    const response = await context.request.post('/session', { data: { token: operatorToken } });
    if (!response.ok()) throw new Error(`signing in was answered with ${response.status()}`);
    return new OpenPage(context);
  }

  async open(path: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(`/#${path}`);
    return page;
  }

  /** In ms, from the navigation until it shows its data. */
  async timeOf({ path, shown }: Place, orderId: string): Promise<number> {
    const page = await this.context.newPage();
    const start = performance.now();
    await page.goto(`/#${path.replace('ORDER', orderId)}`);
    await shown(page);
    const time = performance.now() - start;
    await page.close();
    return time;
  }
}
