import { changedBytes } from './byte-mutations.js';
import { certificateMutation } from './certificate-mutations.js';
import type { MutationTable } from './corpus.js';
import * as cose from './cose-mutations.js';
import { otherMediaType, spliced } from './envelope-mutations.js';
import * as jws from './jws-mutations.js';
import type { Original } from './original.js';
import { signatureMutation } from './signature-mutations.js';

/** Mutations of JWS envelopes. Weights follow what there is to be found, and what a mutant costs. */
export const jwsMutations = (originals: readonly Original[]): MutationTable => ({
  bytes: [4, changedBytes],
  'envelope json': [5, jws.envelopeJson],
  'signed json': [3, jws.signedJson],
  'json signed again': [3, jws.signedAgainJson],
  base64: [2, jws.base64Spelling],
  algorithm: [3, jws.algorithmConfusion],
  signature: [3, signatureMutation],
  certificates: [4, certificateMutation],
  unsigned: [1, jws.unsignedMembers],
  spliced: [1, spliced(originals)],
  'media type': [1, otherMediaType],
});

/** Mutations of COSE envelopes. */
export const coseMutations = (originals: readonly Original[]): MutationTable => ({
  bytes: [4, changedBytes],
  'envelope cbor': [6, cose.envelopeCbor],
  'signed cbor': [3, cose.signedCbor],
  'cbor signed again': [4, cose.signedAgainCbor],
  algorithm: [3, cose.coseConfusion],
  signature: [3, signatureMutation],
  certificates: [4, certificateMutation],
  tag: [1, cose.otherTag],
  unsigned: [1, cose.unsignedLabels],
  spliced: [1, spliced(originals)],
  'media type': [1, otherMediaType],
});
