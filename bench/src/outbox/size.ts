export async function size(): Promise<void> {}
