/** Path from the root, and content. */
export type GeneratedFile = readonly [path: string, content: string];
