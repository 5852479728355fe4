import { until } from '@waybill/testing';
import type { Page } from 'playwright-core';
import { seriousFindings } from './accessibility.js';
import { closeBrowser, openAsOperator } from './console-page.js';

afterAll(closeBrowser);

const PHONE = { width: 390, height: 844 };

/** The places that the navigation leads to. */
async function places(): Promise<string[]> {
  const { page, context } = await openAsOperator('/');
  const links = page.getByRole('navigation', { name: 'pages' }).getByRole('link');
  await links.first().waitFor();
  const found = await links.evaluateAll((all) => all.map((link) => (link as { hash?: string }).hash!.slice(1)));
  await context.close();
  return found;
}

/** Until it has its heading and nothing is being loaded. */
async function shown(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByLabel('loading').first().waitFor({ state: 'detached' });
}

/** How wide it is on such a screen, once it has adapted; the test says where it does not. */
async function widthOn(page: Page, screen: { width: number; height: number }): Promise<number> {
  const width = () => page.evaluate<number>('document.documentElement.scrollWidth');
  await page.setViewportSize(screen);
  return until('it fits', async () => (await width()) <= screen.width && width(), { within: '20s' }).catch(width);
}

describe('every page that the navigation leads to', () => {
  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    const visits: { place: string; findings: unknown[]; errors: string[]; external: string[]; width: number }[] = [];
    const each = (fact: 'findings' | 'errors' | 'external' | 'width') =>
      visits.map(({ place, [fact]: value }) => [place, value]);
    const expected = (value: unknown) => visits.map(({ place }) => [place, value]);
    beforeAll(async () => {
      for (const place of await places()) {
        const { page, context, errors, external } = await openAsOperator(place, { colorScheme });
        await shown(page);
        const findings = await seriousFindings(page);
        const width = await widthOn(page, PHONE);
        visits.push({ place, findings, errors, external, width });
        await context.close();
      }
    }, 180_000);

    it('has no serious finding of axe', () => expect(each('findings')).toEqual(expected([])));
    it('has no error', () => expect(each('errors')).toEqual(expected([])));
    it('asks no other origin for anything', () => expect(each('external')).toEqual(expected([])));
    it('fits a phone', () => expect(each('width')).toEqual(expected(PHONE.width)));
  });

  it('is there again after a reload, and the back button leads back', async () => {
    const [first, ...others] = await places();
    const { page, context } = await openAsOperator(first!);
    await shown(page);
    const titles: string[] = [await page.title()];
    for (const place of others) {
      await page.goto(`/#${place}`);
      await page.reload();
      await shown(page);
      titles.push(await page.title());
    }
    expect(new Set(titles).size).toBe(titles.length);
    for (const title of titles.toReversed().slice(1)) {
      await page.goBack();
      await until(`the page is ${title} again`, async () => (await page.title()) === title);
    }
    await context.close();
  });
});
