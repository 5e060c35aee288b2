import type { KeyProviderPlugin } from '@securosys/ocicrypt';

export function readPlugin(path: string): Promise<KeyProviderPlugin>;
