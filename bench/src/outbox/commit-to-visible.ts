export async function commitToVisible(): Promise<void> {}
