import { utf8Bytes } from '@securosys/core';
import type { Change } from './carry.js';

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
export const bytesChanged =
  (change: (text: string) => string): Change =>
  ({ bytes, annotations }) => {
    const changed = change(textOf(bytes));
    if (changed === textOf(bytes)) throw new Error(`nothing is changed in ${changed}`);
    return { bytes: utf8Bytes(changed), annotations };
  };

/** A bit of the signature itself, wherever it is, in the middle of its base64. */
export function flipped(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const at = bytes.byteLength - 5;
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes.toString('base64');
}

/** The same bytes, another text for the signature in the annotation. */
export const annotated =
  (change: (signature: string) => string): Change =>
  ({ bytes, annotations }) => ({
    bytes,
    annotations: { ...annotations, [signatureAnnotation]: change(String(annotations[signatureAnnotation])) },
  });

/** What can be done to the envelope of a bundle, or to the one that is a layer of `.att`. */
export const envelopeChanged = (change: (envelope: Envelope) => void): Change =>
  bytesChanged((text) => {
    const members = JSON.parse(text) as { dsseEnvelope?: Envelope };
    change(members.dsseEnvelope ?? (members as unknown as Envelope));
    return JSON.stringify(members);
  });

/** Changed where a member of the statement is, which then is not what was signed. */
export const statementChanged = (from: RegExp, to: string): Change =>
  envelopeChanged((envelope) => {
    const text = Buffer.from(envelope.payload, 'base64').toString();
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`nothing is changed in ${text}`);
    envelope.payload = base64(changed);
  });

/** The first member again, with another value, behind it. */
export const twice = (name: string): Change =>
  bytesChanged((text) => text.replace(new RegExp(`("${name}":"[^"]*")`), `$1,"${name}":"application/another"`));

/** Spaces, which change nothing but the size. */
export const padded =
  (size: number): Change =>
  ({ bytes, annotations }) => ({ bytes: utf8Bytes(textOf(bytes).replace(/^\{/, `{${' '.repeat(size)}`)), annotations });
