import type { World } from './world.js';
export async function decoder(_: World): Promise<void> {}
