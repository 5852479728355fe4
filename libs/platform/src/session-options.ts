/**
 * A service's own tables are in `public`. By default a schema named like the role would come first, and the libraries'
 * schema may have that name.
 */
export const sessionOptions = (searchPath: readonly string[] = ['public']): string =>
  `-c search_path=${searchPath.join(',')}`;

export const SESSION_OPTIONS = sessionOptions();
