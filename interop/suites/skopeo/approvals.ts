import type { World } from './world.js';
export async function approvals(_: World): Promise<void> {}
