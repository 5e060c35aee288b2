import { invalidArgument } from '@securosys/core';

/** Longest identity that is written or read, in UTF-16 units. */
export const maxReferenceLength = 4_096;

/**
 * The `docker-reference` that cosign writes for a repository (`cosign.md` §3.1): registry and path, no tag and no digest; Docker Hub by its
 * `index.` host.
 * @param repository as the `registry/path` of a reference, for example `registry.example:5000/team/app`
 */
export function dockerReferenceOf(repository: string): string {
  return repository.startsWith('docker.io/') ? `index.${repository}` : repository;
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkedDockerReference(reference: unknown): string {
  return typeof reference === 'string' && /^[\x21-\x7e]+$/.test(reference) && reference.length <= maxReferenceLength
    ? reference
    : invalidArgument('dockerReference is not the name of a repository');
}
