/** What dashboards and alerts ask of Prometheus. */

/** PromQL of a file of rules (YAML) or of a dashboard (JSON), there with the labels of its legend, after a semicolon. */
export function queriesIn(text: string): string[] {
  const rules = [...text.matchAll(/^( *)(?:- )?expr: (?:>-\n((?:\1 +.*\n)+)|(.*)$)/gm)].map(
    ([, , folded, plain]) => plain ?? folded!.trim().replaceAll(/\n\s*/g, ' '),
  );
  const panels = [...text.matchAll(/"expr": ("(?:[^"\\]|\\.)*")(?:,\s*"legendFormat": ("(?:[^"\\]|\\.)*"))?/g)].map(
    ([, query, legend]) => JSON.parse(query!) + (legend ? ` ;${JSON.parse(legend)}` : ''),
  );
  return [...rules, ...panels];
}

const STRINGS = /"(?:[^"\\]|\\.)*"/g;
const GROUPINGS = /\b(?:by|without|on|ignoring|group_left|group_right) *\(([^)]*)\)/g;
const KEYWORDS = /^(and|or|unless|bool|offset|by|without|on|ignoring|group_left|group_right)$/;

const promqlOf = (query: string) => query.split(' ;')[0]!.replaceAll(STRINGS, '""');

export function metricsIn(query: string): string[] {
  const bare = promqlOf(query)
    .replaceAll(GROUPINGS, ' ')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]|offset \w+/g, ' ');
  const names = bare.match(/\b[a-zA-Z_:]\w*\b(?!\s*\()/g) ?? [];
  return [...new Set(names.filter((name) => !KEYWORDS.test(name)))];
}

/** Of selectors, groupings and legends; not those of variables of a dashboard. */
export function labelsIn(query: string): string[] {
  const promql = promqlOf(query);
  const grouped = [...promql.matchAll(GROUPINGS)].flatMap(([, names]) => names!.match(/\w+/g) ?? []);
  const selected = [...promql.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*""/g)].map(([, name]) => name!);
  const legend = [...(query.split(' ;')[1] ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!);
  return [...new Set([...grouped, ...selected, ...legend])].sort();
}
