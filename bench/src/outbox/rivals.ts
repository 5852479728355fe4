export async function rivals(): Promise<void> {}
