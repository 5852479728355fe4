export async function history(): Promise<void> {}
