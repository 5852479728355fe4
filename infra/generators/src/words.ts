/** One name in the spellings that code, files and settings use. */

/** `gift-cards`: `GiftCards`. */
export const pascalCase = (kebab: string): string =>
  kebab.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());

/** `gift-cards`: `giftCards`. */
export const camelCase = (kebab: string): string =>
  kebab.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** `RedeemPoints`: `redeem-points`; `SendSMSReply`: `send-sms-reply`. */
export const kebabCase = (pascal: string): string =>
  pascal
    .replace(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, (_, a = '', b = '', c = '', d = '') => `${a}${c}-${b}${d}`)
    .toLowerCase();

/** `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
