import { base64Text, type JsonValue, parseJsonObject, utf8Bytes } from '@securosys/core';
import { cosignLimits, inTotoPayloadType } from '../constants.js';
import { bytesField, listField, malformed, objectField, textField } from '../fields.js';

/** A DSSE envelope with one signature (`cosign.md` §5.2). Nothing here is verified. */
export interface DsseEnvelope {
  /** The bytes of the statement, exactly as they were signed. */
  readonly payload: Uint8Array;
  /** ECDSA as DER, RSA as long as the modulus, Ed25519 64 bytes; may be anything in an envelope of others. */
  readonly signature: Uint8Array;
  /** Of the signature, unsigned; empty when it has none. cosign refuses bundles that have another than the key's SSH fingerprint (§6.4). */
  readonly keyid: string;
}

const maxKeyidLength = 1_024;

/** The members of an envelope, in the order in which cosign 3 writes them. No `keyid`: cosign would refuse it in a bundle. */
export function envelopeJson({ payload, signature }: Pick<DsseEnvelope, 'payload' | 'signature'>): Record<string, JsonValue> {
  return {
    payload: base64Text(payload),
    payloadType: inTotoPayloadType,
    signatures: [{ sig: base64Text(signature) }],
  };
}

/** An envelope as an `.att` layer or a file holds it: compact JSON. */
export function writeEnvelope(envelope: Pick<DsseEnvelope, 'payload' | 'signature'>): Uint8Array<ArrayBuffer> {
  return utf8Bytes(JSON.stringify(envelopeJson(envelope)));
}

/** The envelope that a JSON value is; see {@link readEnvelope}. */
export function envelopeOf(value: JsonValue | undefined): DsseEnvelope {
  const what = 'DSSE envelope';
  const envelope = objectField(value, what, ['payload', 'payloadType', 'signatures']);
  if (textField(envelope.payloadType, 'payloadType') !== inTotoPayloadType)
    malformed(what, `its payload type is not ${inTotoPayloadType}`);
  const [only, more] = listField(envelope.signatures, 'signatures', cosignLimits.layers);
  if (only === undefined || more !== undefined) malformed(what, 'exactly one signature is needed');
  const one = objectField(only, 'signature', ['sig', 'keyid']);
  const keyid = one.keyid === undefined ? '' : textField(one.keyid, 'keyid');
  if (keyid.length > maxKeyidLength) malformed(what, 'its keyid is too long');
  const signature = bytesField(one.sig, 'sig');
  if (signature.byteLength === 0) malformed(what, 'its signature is empty');
  return { payload: bytesField(envelope.payload, 'payload'), signature, keyid };
}

/**
 * Reads an envelope strictly: the payload type of in-toto statements and no other, exactly one signature, canonical base64, no members but
 * those of DSSE, no member twice.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function readEnvelope(bytes: Uint8Array): DsseEnvelope {
  const limits = { what: 'DSSE envelope', maxBytes: cosignLimits.envelopeBytes, maxDepth: 8, maxValues: 10_000 };
  return envelopeOf(parseJsonObject(bytes, limits));
}
