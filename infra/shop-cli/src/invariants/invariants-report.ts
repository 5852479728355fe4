import type { InvariantResult, InvariantsNow } from './check-invariants.js';

export function formatReport(results: readonly InvariantResult[]): string {
  const broken = results.filter(({ ok }) => ok === false).map(({ id }) => id);
  const verdict = broken.length ? `BROKEN: ${broken.join(', ')}` : 'all that was checked holds';
  return [...results.flatMap(paragraph), '', verdict].join('\n');
}

export const formatReportNow = ({ moving, results }: InvariantsNow): string =>
  [...results.flatMap(paragraph), '', moving.length ? `not at rest: ${moving.join('; ')}` : 'at rest'].join('\n');

function paragraph({ id, promise, ok, counted, broken, examples, notChecked }: InvariantResult): string[] {
  if (ok === null) return [`${id}  -       ${promise}`, `            ${notChecked}`];
  const more = broken - examples.length;
  return [
    `${id}  ${ok ? 'ok    ' : 'BROKEN'}  ${promise}`,
    `            ${counted}`,
    ...(notChecked ? [`            not checked: ${notChecked}`] : []),
    ...examples.map((example) => `          * ${example}`),
    ...(more > 0 ? [`          * and ${more} more`] : []),
  ];
}
