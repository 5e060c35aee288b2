import { utf8Bytes } from '@securosys/core';
import type { CosignSignatureReason } from '@securosys/cosign';
import type { Change, Stored } from './carry.js';

type Members = Record<string, unknown>;
interface Envelope {
  payload: string;
  payloadType: string;
  signatures: Members[];
}

const signatureAnnotation = 'dev.cosignproject.cosign/signature';

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Other bytes, the same annotations. */
const bytesChanged =
  (change: (text: string) => string): Change =>
  ({ bytes, annotations }) => {
    const changed = change(textOf(bytes));
    if (changed === textOf(bytes)) throw new Error(`nothing is changed in ${changed}`);
    return { bytes: utf8Bytes(changed), annotations };
  };

/** A bit of the signature itself, wherever it is, in the middle of its base64. */
function flipped(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const at = bytes.byteLength - 5;
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes.toString('base64');
}

const annotated =
  (change: (signature: string) => string): Change =>
  ({ bytes, annotations }) => ({
    bytes,
    annotations: { ...annotations, [signatureAnnotation]: change(String(annotations[signatureAnnotation])) },
  });

/** What can be done to the envelope of a bundle, or to the one that is a layer of `.att`. */
const envelopeChanged = (change: (envelope: Envelope) => void): Change =>
  bytesChanged((text) => {
    const members = JSON.parse(text) as { dsseEnvelope?: Envelope };
    change(members.dsseEnvelope ?? (members as unknown as Envelope));
    return JSON.stringify(members);
  });

/** Changed where a member of the statement is, which then is not what was signed. */
const statementChanged = (from: RegExp, to: string): Change =>
  envelopeChanged((envelope) => {
    const text = Buffer.from(envelope.payload, 'base64').toString();
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`nothing is changed in ${text}`);
    envelope.payload = base64(changed);
  });

/** The first member again, with another value, behind it. */
const twice = (name: string): Change =>
  bytesChanged((text) => text.replace(new RegExp(`("${name}":"[^"]*")`), `$1,"${name}":"application/another"`));

/** Spaces, which change nothing but the size. */
const padded =
  (size: number): Change =>
  ({ bytes, annotations }) => ({ bytes: utf8Bytes(textOf(bytes).replace(/^\{/, `{${' '.repeat(size)}`)), annotations });

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

export const unchanged: Change = (stored: Stored) => stored;
