import type { CosignSignatureReason } from '@securosys/cosign';
import type { Change } from './carry.js';
import { annotated, bytesChanged, envelopeChanged, flipped, padded, statementChanged, twice } from './changes.js';

/** What cosign 3.1 says of a changed one: that the rest is wrong, or that there is nothing; `undefined` where it accepts it. */
export interface Tampering {
  readonly change: Change;
  readonly ours: CosignSignatureReason;
  readonly theirs: RegExp | undefined;
}

const nothing = /no signatures found|no matching attestations|no attestations/;
const mismatch =
  /invalid signature|signature verification failed|accepted signatures do not match threshold|could not verify|no matching signatures|none of the attestations matched|failed to verify/;

/** The signature of an image as a layer of `.sig`. */
export const legacyTampering: Readonly<Record<string, Tampering>> = {
  'a changed byte of the signature': { change: annotated(flipped), ours: 'no-trusted-key', theirs: /no matching signatures/ },
  'another digest in the payload': {
    change: bytesChanged((text) => text.replace(/sha256:[0-9a-f]{4}/, 'sha256:0000')),
    ours: 'no-trusted-key',
    theirs: /no matching signatures/,
  },
  'an annotation that was not signed': {
    change: bytesChanged((text) => text.replace('"commit":"', '"commit":"f')),
    ours: 'no-trusted-key',
    theirs: /no matching signatures/,
  },
  'no signature': { change: annotated(() => ''), ours: 'malformed', theirs: /no matching signatures|no signatures/ },
  'a signature in a damaged text': {
    change: annotated((text) => `*${text}`),
    ours: 'malformed',
    theirs: /no matching signatures|no signatures/,
  },
};

/** A bundle of an image, or of an attestation. */
export const bundleTampering: Readonly<Record<string, Tampering>> = {
  'a changed byte of the signature': {
    change: envelopeChanged(({ signatures }) => {
      for (const signature of signatures) signature.sig = flipped(String(signature.sig));
    }),
    ours: 'no-trusted-key',
    theirs: mismatch,
  },
  'another digest in the statement': {
    change: statementChanged(/"sha256":"[0-9a-f]{4}/, '"sha256":"0000'),
    ours: 'no-trusted-key',
    theirs: mismatch,
  },
  'another predicate type': {
    change: statementChanged(/"predicateType":"[^"]*/, '$&/x'),
    ours: 'no-trusted-key',
    theirs: mismatch,
  },
  'a key id': {
    change: envelopeChanged(({ signatures }) => {
      for (const signature of signatures) signature.keyid = 'release';
    }),
    ours: 'key-id',
    theirs: mismatch,
  },
  'two signatures': {
    change: envelopeChanged((envelope) => {
      envelope.signatures = [...envelope.signatures, ...envelope.signatures];
    }),
    ours: 'malformed',
    theirs: /exactly one signature|no signatures found|no matching/,
  },
  'a member twice': { change: twice('mediaType'), ours: 'malformed', theirs: nothing },
  'an unknown member': {
    change: bytesChanged((text) => text.replace(/^\{/, '{"vendor":1,')),
    ours: 'malformed',
    theirs: nothing,
  },
  'bytes after the document': { change: bytesChanged((text) => `${text}{}`), ours: 'malformed', theirs: nothing },
  'no key': { change: bytesChanged((text) => text.replace(/"publicKey":\{[^}]*\},?/, '')), ours: 'malformed', theirs: nothing },
  'another payload type': {
    change: envelopeChanged((envelope) => {
      envelope.payloadType = 'application/json';
    }),
    ours: 'malformed',
    theirs: mismatch,
  },
  'seventeen MiB': { change: padded(17 << 20), ours: 'limit', theirs: undefined },
};

/** Attestations as layers of `.att`. */
export const attestationTampering: Readonly<Record<string, Tampering>> = {
  'a changed byte of the signature': bundleTampering['a changed byte of the signature'] as Tampering,
  'another digest in the statement': bundleTampering['another digest in the statement'] as Tampering,
  'two signatures': { ...(bundleTampering['two signatures'] as Tampering), theirs: undefined },
  'another payload type': { ...(bundleTampering['another payload type'] as Tampering), theirs: /invalid payloadType/ },
};
