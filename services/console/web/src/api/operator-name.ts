const KEY = 'operator-name';

/** Who acts, for the history of dead letters; undefined until it was entered at sign-in. */
export const operatorName = (): string | undefined => localStorage.getItem(KEY) ?? undefined;

export function setOperatorName(name: string): void {
  if (name) localStorage.setItem(KEY, name);
  else localStorage.removeItem(KEY);
}
