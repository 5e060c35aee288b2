import { utf8Bytes } from '@securosys/core';

interface Tampering {
  change(envelope: Uint8Array): Uint8Array;
  /** Part of what notation says about it. */
  readonly theirs: string;
}

type Members = { payload: string; protected: string; signature: string; header: { x5c: string[] } };

const edited = (edit: (members: Members) => void) => (envelope: Uint8Array) => {
  const members = JSON.parse(Buffer.from(envelope).toString()) as Members;
  edit(members);
  return utf8Bytes(JSON.stringify(members));
};
const flipBit = (text: string, encoding: 'base64' | 'base64url', at: number) => {
  const bytes = Buffer.from(text, encoding);
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes.toString(encoding);
};
const replaced = (text: string, from: RegExp, to: string) => {
  const before = Buffer.from(text, 'base64url').toString();
  const after = before.replace(from, to);
  if (after === before) throw new Error(`nothing in ${before} is replaced`);
  return Buffer.from(after).toString('base64url');
};

/** Everything in an envelope that is signed, changed by somebody who cannot sign. */
export const envelopeTampering: Readonly<Record<string, Tampering>> = {
  'a flipped bit in the signature': {
    change: edited((members) => {
      members.signature = flipBit(members.signature, 'base64url', 10);
    }),
    theirs: 'signature is invalid',
  },
  'another digest in the payload': {
    change: edited((members) => {
      members.payload = replaced(members.payload, /sha256:[0-9a-f]{4}/, 'sha256:0000');
    }),
    theirs: 'signature is invalid',
  },
  'a later expiry': {
    change: edited((members) => {
      members.protected = replaced(members.protected, /("io.cncf.notary.expiry":")\d{4}/, '$19999');
    }),
    theirs: 'signature is invalid',
  },
  'another leaf certificate': {
    change: edited(({ header }) => {
      const [leaf = ''] = header.x5c;
      header.x5c[0] = flipBit(leaf, 'base64', Buffer.from(leaf, 'base64').length - 1);
    }),
    theirs: 'certificate-chain is invalid',
  },
};
