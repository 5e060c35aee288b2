import { concatBytes, utf8Bytes } from '@securosys/core';
import { encodeCbor, epochTime } from '../../src/envelope/cose-cbor.js';
import { sigStructure } from '../../src/envelope/cose-envelope.js';
import { now, testChain, testKey } from './certificates.js';
import { signWith, subject } from './envelopes.js';

const names = {
  scheme: 'io.cncf.notary.signingScheme',
  time: 'io.cncf.notary.signingTime',
} as const;

export interface CoseSettings {
  /** Members that replace those of a plain valid header; `undefined` removes one. */
  header?: readonly (readonly [string | number, unknown])[];
  /** The same for the unprotected map. */
  unprotected?: readonly (readonly [string | number, unknown])[];
  payload?: string;
  /** Changes the encoded protected header before it is signed. */
  encoded?: (header: Uint8Array) => Uint8Array;
  /** First byte: the tag. */
  tag?: number;
}

function withChanges(
  members: Map<string | number, unknown>,
  changes: CoseSettings['header'] = [],
): Map<string | number, unknown> {
  for (const [name, value] of changes) {
    if (value === undefined) members.delete(name);
    else members.set(name, value);
  }
  return members;
}

/** A properly signed COSE envelope over whatever header and payload a test wants. */
export function rawCose(settings: CoseSettings = {}): Uint8Array {
  const key = testKey('ec-p256');
  const header = new Map<string | number, unknown>([
    [1, -7],
    [2, [names.scheme]],
    [3, 'application/vnd.cncf.notary.payload.v1+json'],
    [names.scheme, 'notary.x509'],
    [names.time, epochTime(now - 1000)],
  ]);
  const parts = {
    protected: (settings.encoded ?? ((bytes) => bytes))(encodeCbor(withChanges(header, settings.header))),
    payload: utf8Bytes(settings.payload ?? JSON.stringify({ targetArtifact: subject })),
  };
  const signature = signWith(key, 'ecdsa-sha256', sigStructure(parts));
  const unprotected = withChanges(
    new Map([[33 as string | number, testChain({ leafKey: key }) as unknown]]),
    settings.unprotected,
  );
  return concatBytes(
    settings.tag === undefined ? Uint8Array.of(0xd2) : Uint8Array.of(settings.tag),
    encodeCbor([parts.protected, unprotected, parts.payload, signature]),
  );
}
