import type { AesGCM, Attribute, ECDH1, Mechanism as NativeMechanism, RsaOAEP } from 'pkcs11js';
import { dateBytes, isDate } from '../cryptoki/attributes.js';
import type { Mechanism, MechanismParameter } from '../token/mechanism.js';
import type { Template } from '../token/template.js';
import { ulongBytes } from '../token/ulong.js';

/** CK_PARAMS_… of pkcs11js, which say how it builds a parameter. */
const parameterTypes = { oaep: 4, ecdh: 6, gcm: 7 } as const;

/** CKZ_DATA_SPECIFIED: the only source that modules accept. */
const dataSpecified = 1;

/** The same bytes as a Buffer, not copied. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A copy with memory of its own. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** By identity: all requests of a message for one key have the same one. */
const mechanisms = new WeakMap<Mechanism, NativeMechanism>();

/** @param handle any of the module's: it is as long as a CK_ULONG */
export function nativeMechanism(mechanism: Mechanism, handle: Uint8Array): NativeMechanism {
  let native = mechanisms.get(mechanism);
  if (!native) {
    const { type, parameter } = mechanism;
    native = parameter ? { mechanism: type, parameter: nativeParameter(parameter, handle.length) } : { mechanism: type };
    mechanisms.set(mechanism, native);
  }
  return native;
}

function nativeParameter(parameter: MechanismParameter, ulong: number): Buffer | RsaOAEP | ECDH1 | AesGCM {
  switch (parameter.kind) {
    case 'pss': {
      // CK_RSA_PKCS_PSS_PARAMS as memory: pkcs11js reads an object by the names of its members, for each signature again.
      const { hashAlg, mgf, saltLen } = parameter;
      return bufferOf(ulongBytes([hashAlg, mgf, saltLen], ulong));
    }
    case 'oaep': {
      const { hashAlg, mgf, label } = parameter;
      const source = { type: parameterTypes.oaep, hashAlg, mgf, source: dataSpecified };
      return label ? { ...source, sourceData: bufferOf(label) } : source;
    }
    case 'ecdh': {
      const { kdf, publicData, sharedData } = parameter;
      const agreement = { type: parameterTypes.ecdh, kdf, publicData: bufferOf(publicData) };
      return sharedData ? { ...agreement, sharedData: bufferOf(sharedData) } : agreement;
    }
    case 'gcm': {
      const { iv, aad, tagBits } = parameter;
      const gcm = { type: parameterTypes.gcm, iv: bufferOf(iv), ivBits: iv.byteLength * 8, tagBits };
      return aad && aad.byteLength > 0 ? { ...gcm, aad: bufferOf(aad) } : gcm;
    }
    case 'bytes':
      return bufferOf(parameter.bytes);
  }
}

/**
 * The template as pkcs11js takes it. A value of another type than the three, or a date that is none, frees memory that was never set
 * (`pkcs11.md` §1.5): it is refused here, whatever was said before.
 */
export function nativeTemplate(template: Template): Attribute[] {
  return template.map(({ type, value }) => {
    if (!isWord(type)) throw new TypeError('the type of an attribute is not an unsigned number of 32 bits');
    if (isDate(type) && !(value instanceof Uint8Array && value.length === dateBytes))
      throw new TypeError(`the value of attribute 0x${type.toString(16)} is no date of ${dateBytes} bytes`);
    if (typeof value === 'boolean') return { type, value };
    if (typeof value === 'number' && isWord(value)) return { type, value };
    if (value instanceof Uint8Array) return { type, value: bufferOf(value) };
    throw new TypeError(`the value of attribute 0x${type.toString(16)} is no number of 32 bits, boolean or bytes`);
  });
}

function isWord(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}
