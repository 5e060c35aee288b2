import { utf8Bytes } from '@securosys/core';
import { answeredBytes } from '../client/wire-values.js';
import { normalSignature } from './signature-bytes.js';

/** How the `result` of an executed request reads (`tsb-rest-api.md` §2.6). */
export interface ResultReader {
  /** What it is, for people. */
  readonly what: string;
  /** Its bytes; `undefined`: there is none, so the request was made for something else. @throws SignError `ERR_PROTOCOL` */
  readonly read: (result: string | null) => Uint8Array | undefined;
}

/** ECDSA as r‖s. */
export const signatureResult: ResultReader = {
  what: 'a signature',
  read: (result) => (result ? normalSignature(answeredBytes(result, 'signature')) : undefined),
};

/** May be empty, as the plaintext was. */
export const plaintextResult: ResultReader = {
  what: 'a plaintext',
  read: (result) => (result === null ? undefined : answeredBytes(result, 'plaintext')),
};

/** Text of a certificate or of a request for one, UTF-8: it is understood when it is accepted. */
export const textResult: ResultReader = {
  what: 'a certificate',
  read: (result) => (result ? utf8Bytes(result) : undefined),
};

/** Nothing: the act itself is the result. Whatever comes instead is kept, so that it can be told apart. */
export const noResult: ResultReader = {
  what: 'an act',
  read: (result) => utf8Bytes(result ?? ''),
};
