/**
 * A service's own tables are in `public`, whatever the role is called: by default a schema named like the role comes
 * first, and the libraries' schema may well be called that.
 */
export const SESSION_OPTIONS = '-c search_path=public';
