import type { Cosign, Version } from './cosign.js';

/** What is signed. */
export type Kind = 'image' | 'attestation' | 'blob';
/** How it is stored: `.sig`, `.att` and a detached file, or a sigstore bundle. */
export type Shape = 'legacy' | 'bundle';

export const kinds: readonly Kind[] = ['image', 'attestation', 'blob'];
export const shapes: readonly Shape[] = ['legacy', 'bundle'];

/** Whether this version can make and judge it: image signatures in bundles came with 2.6. */
export const knows = (version: Version, kind: Kind, shape: Shape): boolean =>
  version === 'cosign' || kind !== 'image' || shape === 'legacy';

/** What each version can do, one after the other. */
export const abilities: readonly (readonly [Version, Kind, Shape])[] = (['cosign', 'cosign2'] as const).flatMap((version) =>
  kinds.flatMap((kind) => shapes.filter((shape) => knows(version, kind, shape)).map((shape) => [version, kind, shape] as const)),
);

/** What makes `sign`, `attest` and `sign-blob` work without the internet (`cosign.md` §9.3). */
export function signFlags({ signingConfig, trustedRoot }: Cosign, version: Version, shape: Shape): string[] {
  if (version === 'cosign2') return ['--tlog-upload=false', ...(shape === 'bundle' ? ['--new-bundle-format'] : [])];
  if (shape === 'bundle') return ['--signing-config', signingConfig, '--trusted-root', trustedRoot];
  return ['--use-signing-config=false', '--tlog-upload=false', '--new-bundle-format=false'];
}

/** What `verify`, `verify-attestation` and `verify-blob` need to look at this shape, offline (§9.2). */
export function verifyFlags({ trustedRoot }: Cosign, version: Version, kind: Kind, shape: Shape): string[] {
  const flags = ['--insecure-ignore-tlog=true'];
  if (version === 'cosign2' && shape === 'bundle') {
    flags.push('--trusted-root', trustedRoot);
    if (kind === 'attestation') flags.push('--new-bundle-format');
  }
  // Beside a bundle 3.1 reads the other shape only when it is told to.
  if (version === 'cosign' && shape === 'legacy' && kind !== 'blob') flags.push('--new-bundle-format=false');
  return flags;
}
