import { isJsonObject, type JsonObject, type JsonValue } from '@securosys/core';
import { type EndpointName, tagLengths } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { withCurrentNames } from './draft-names.js';

/** A body as the contract has it, and the endpoint that it is for. */
export interface ContractBody {
  readonly name: EndpointName;
  readonly body: JsonValue;
}

const lengths: readonly unknown[] = tagLengths;

/** The tag's length has an error of its own (§2.4), where the contract would only call it invalid. */
function checkTagLength(request: JsonValue | undefined): void {
  if (isJsonObject(request) && typeof request.tagLength === 'number' && !lengths.includes(request.tagLength))
    throw failure(624, `a tag has ${lengths.join(', ')} bits`);
}

/** The name of a member in the server's classes, for the one on the wire (§8, 3). */
function renamedAuthority(body: JsonObject): JsonObject {
  const { isCertificateAuthority, ...others } = body;
  return isCertificateAuthority === undefined ? body : { certificateAuthority: isCertificateAuthority, ...others };
}

const wrappers = ['selfSignCertificateRequest', 'signCertificateRequest'];
const encoded = ['privateKey', 'publicKey', 'secretKey', 'certificate'];

/** Base64 without the armour and line breaks that OpenSSL writes around it (§1.1). */
const withoutArmour = (value: JsonValue): JsonValue =>
  typeof value === 'string' ? value.replace(/-----(?:BEGIN|END) [A-Z0-9 ]{1,40}-----|\r?\n/g, '') : value;

function mapped(body: JsonObject, names: readonly string[], change: (value: JsonValue) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, names.includes(name) ? change(value) : value]));
}

/**
 * Spellings that servers take besides those of the contract, which is strict: one line each. Passwords as text (§8, 1) the contract
 * reads by itself.
 * @throws SignError with the TSB error 624
 */
export function asContract(name: EndpointName, json: JsonValue): ContractBody {
  const body = withCurrentNames(json);
  if (!isJsonObject(body)) return { name, body };
  checkTagLength(body.encryptRequest ?? body.decryptRequest);
  if (name === 'verify' && body.verifyHmacRequest !== undefined) return { name: 'verifyHmac', body };
  if (name === 'importKey' || name === 'importCertificate') return { name, body: mapped(body, encoded, withoutArmour) };
  const inner = mapped(body, wrappers, (value) => (isJsonObject(value) ? renamedAuthority(value) : value));
  return { name, body: renamedAuthority(inner) };
}
