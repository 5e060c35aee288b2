import type { World } from './world.js';
export async function imageShapes(_: World): Promise<void> {}
