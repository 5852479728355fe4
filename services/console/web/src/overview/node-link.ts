/** Opens the details of a node: a place of the page of its own, so that it can be shared and left by the back button. */
export const nodeLink = (id: string) => ({ search: `?${new URLSearchParams({ node: id })}` });

/** What follows the kind in an id: `queue:orders.process`. */
export const nameIn = (id: string): string => id.slice(id.indexOf(':') + 1);

export const isChannel = (id: string): boolean => /^(queue|topic):/.test(id);

/** Where the messages of a queue or topic are shown. */
export const messagingLink = (id: string): string =>
  `/messaging/${id.startsWith('queue:') ? 'queues' : 'topics'}/${encodeURIComponent(nameIn(id))}`;

export const deadLettersLink = (source: string): string => `/dead-letters?${new URLSearchParams({ source })}`;
