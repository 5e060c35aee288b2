import type { World } from './world.js';
export async function severalRecipients(_: World): Promise<void> {}
