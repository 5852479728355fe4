import { processNamed } from '@waybill/system';
import type { Components } from './components.js';
import { operatorToken, urlOf } from './services.js';
import type { Settings } from './settings.js';

/** A link that signs in to the console's page once, in a line that says so; nothing where the console does not run. */
export async function consoleLink(settings: Settings, { processes }: Components): Promise<string> {
  const console = processNamed('console');
  if (!processes.includes(console)) return '';
  const response = await fetch(`${urlOf(console, settings)}/session/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken(settings)}` },
  });
  if (!response.ok) throw new Error(`the console makes no link: it responded with ${response.status}`);
  const { url } = (await response.json()) as { url: string };
  return `  Look at it: ${url}\n  (signs you in once, within 10 minutes; npm run console opens it again)\n`;
}
