import { spellings } from './project-name.js';

/** Recorded payloads, keys and hashes: a short name can be in there by chance, and means nothing. */
const RECORDED = 'sha\\d+-[A-Za-z0-9+/]+={0,2}|[A-Za-z0-9+/]{100,}={0,2}|\\b[0-9a-f]{40,}\\b';

const patternOf = (name: string, kept: string | undefined): RegExp =>
  new RegExp(`(${[RECORDED, kept].filter(Boolean).join('|')})|${spellings(name).join('|')}`, 'g');

/** The text with each spelling of the name replaced, except within what `kept` matches. */
export function renamed(text: string, from: string, to: string, kept?: string): string {
  const names = new Map(spellings(from).map((spelling, n) => [spelling, spellings(to)[n]!]));
  return text.replace(patternOf(from, kept), (found, isKept) => (isKept ? found : names.get(found)!));
}

/** How often the name is in the text, in any letter case, except within what `kept` matches. */
export function occurrences(text: string, name: string, kept?: string): number {
  const rest = text.replace(new RegExp([RECORDED, kept].filter(Boolean).join('|'), 'g'), '');
  return rest.toLowerCase().split(name).length - 1;
}
