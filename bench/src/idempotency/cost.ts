export async function cost(): Promise<void> {}
