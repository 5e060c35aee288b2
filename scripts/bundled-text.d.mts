import type { Options } from 'tsup';
import type { Plugin } from 'vitest/config';

/** Imports that end in `?text`, for esbuild. */
export function bundledText(): NonNullable<Options['esbuildPlugins']>[number];

/** Imports that end in `?text`, for Vitest. */
export function bundledTextOfTests(): Plugin;
