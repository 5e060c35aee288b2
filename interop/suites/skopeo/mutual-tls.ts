import type { World } from './world.js';
export async function mutualTls(_: World): Promise<void> {}
