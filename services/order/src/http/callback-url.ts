import { isPublicHost } from '@waybill/platform';
import { z } from 'zod';

/** Where webhooks may go, as far as can be judged without a name server; the rest is judged when they are sent. */
export type WebhookTargets = 'public' | 'any';

/** The setting WEBHOOK_TARGETS. */
export class CallbackUrls {
  constructor(readonly targets: WebhookTargets) {}
}

/** In the form that URLs are compared in: `http://2130706433` becomes `http://127.0.0.1/`. */
export const callbackUrl = (targets: WebhookTargets) =>
  z
    .string()
    .max(2_048)
    .meta({ format: 'uri', description: 'Receives the webhook `orderStatus`. HTTPS, without user name or password.' })
    .transform((text, context) => {
      const url = URL.parse(text);
      const problem = url ? problemOf(url, targets) : 'must be a URL';
      if (!problem) return url!.href;
      context.addIssue(problem);
      return z.NEVER;
    });

function problemOf(url: URL, targets: WebhookTargets): string | undefined {
  const schemes = targets === 'public' ? ['https:'] : ['https:', 'http:'];
  if (!schemes.includes(url.protocol)) return 'must begin with https://';
  if (url.username || url.password) return 'must contain no user name or password';
  if (targets === 'public' && !isPublicHost(url)) return 'must lead to a public address';
  return undefined;
}
