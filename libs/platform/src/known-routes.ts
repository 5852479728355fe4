/** The methods of each path, for a 405 that names them. */
export class KnownRoutes {
  private readonly methods = new Map<string, Set<string>>();

  /** `url` as routers write it: `/things/:id`. */
  add(url: string, methods: string | readonly string[]): void {
    const known = this.methods.get(url) ?? new Set();
    for (const method of [methods].flat()) known.add(method);
    this.methods.set(url, known);
  }

  /** Whether a route of this very path, which has no such method, hides one with parameters that has it. */
  hides(path: string, method: string): boolean {
    return this.methods.get(path)?.has(method) === false;
  }

  /** All methods that this path has; none when it is unknown. A route of this very path hides those with parameters. */
  methodsOf(path: string): string[] {
    const exact = this.methods.get(path);
    if (exact) return [...exact].sort();
    const segments = path.split('/').map(decodeURIComponent);
    const matching = [...this.methods].filter(([url]) => matches(url.split('/'), segments));
    return [...new Set(matching.flatMap(([, methods]) => [...methods]))].sort();
  }
}

const matches = (route: readonly string[], path: readonly string[]): boolean =>
  route.length === path.length &&
  route.every((segment, n) => (segment.startsWith(':') ? path[n] !== '' : segment === path[n]));
