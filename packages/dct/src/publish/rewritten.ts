import { equalBytes, type JsonObject, SignError } from '@securosys/core';
import { notaryJson } from '../model/canonical-json.js';
import type { RootFile } from '../model/root.js';
import type { TargetsFile } from '../model/targets.js';
import { contentsOf, rootJson, targetsJson } from './contents.js';

/** `signed` of a file as we write it, of all that we read in it. */
function signedAgain(file: RootFile | TargetsFile): JsonObject {
  const { version, expiresAt, expires } = file;
  if ('targets' in file) return { ...targetsJson({ ...contentsOf(file, expiresAt), version }), expires };
  const known = file.signed.keys as JsonObject;
  const keys = [...file.keys.keys()].map((id) => ({ id, json: known[id] as JsonObject }));
  return { ...rootJson(keys, file.roles, version, expiresAt), expires };
}

/**
 * Whether a message says nothing but what we read in it. Readers written in Go take a member for another in other letters (`Targets`,
 * `ha\u017fhes`) and pass over hashes that they do not know: what stands beside what we read is no secret to them.
 * @param file read from the message
 */
export function saysNothingElse(file: RootFile | TargetsFile, message: Uint8Array): boolean {
  if ('targets' in file && file.unusable.size > 0) return false;
  try {
    return equalBytes(notaryJson(signedAgain(file)), message);
  } catch (error) {
    if (SignError.is(error)) return false;
    throw error;
  }
}
