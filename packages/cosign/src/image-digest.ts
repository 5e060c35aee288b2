import { invalidArgument } from '@securosys/core';

/** The only digests that cosign's subjects have: SHA-256, lower-case (`cosign.md` §5.1). */
export const imageDigestForm = /^sha256:[0-9a-f]{64}$/;

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkedImageDigest(digest: unknown): string {
  return typeof digest === 'string' && imageDigestForm.test(digest)
    ? digest
    : invalidArgument('cosign signs images by SHA-256 only: the digest is not sha256: and 64 lower-case hex characters');
}
