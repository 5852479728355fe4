export async function overhead(): Promise<void> {}
