import { base64Text, ecdsaFromDer, ecdsaToDer, SignError, utf8Bytes } from '@securosys/core';
import { byteChanges } from '../../../notation-envelope/test/mutation/byte-mutations.js';
import { changedJson } from '../../../notation-envelope/test/mutation/json-mutations.js';
import type { Random } from '../../../notation-envelope/test/mutation/random.js';
import type { Original } from './originals.js';

/** One changed document; `again`: the key signed the changed contents. */
export interface Mutant {
  readonly bytes: Uint8Array;
  readonly again?: boolean;
}

const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

function changedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const changes = Object.values(byteChanges);
  return bytes.byteLength < 2 ? bytes : random.pick(changes)(bytes, random);
}

/** JSON of a document, `undefined` for what is none. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes)) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const bytesIn = /[A-Za-z0-9+/]{8,}={0,2}/g;

/** Other spellings and other contents of one of the base64 texts of a document. */
function changedBase64(bytes: Uint8Array, random: Random): Uint8Array {
  const text = textOf(bytes);
  const found = [...text.matchAll(bytesIn)];
  if (found.length === 0) return changedBytes(bytes, random);
  const { 0: old, index } = random.pick(found);
  const inner = Buffer.from(old, 'base64');
  const change = random.pick([
    () => old.replaceAll('+', '-').replaceAll('/', '_'),
    () => old.replace(/=+$/, ''),
    () => `${old}=`,
    () => `${old.slice(0, 4)}\\n${old.slice(4)}`,
    () => old.replace(/.(?==*$)/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
    () => base64Text(changedBytes(inner, random)),
    () => base64Text(changedBytes(inner, random)),
    () => base64Text(utf8Bytes(inner.toString('latin1').slice(0, 64))),
    () => '',
  ]);
  return utf8Bytes(text.slice(0, index) + change() + text.slice(index + old.length));
}

/** Other forms of an ECDSA signature: s negated, r‖s, zeros before and behind, long lengths, the bounds of the curve. */
function changedSignature(bytes: Uint8Array, random: Random): Uint8Array {
  const text = textOf(bytes);
  const found = [...text.matchAll(/ME[QUY][A-Za-z0-9+/]{80,120}={0,2}/g)].at(-1);
  if (!found) return changedBytes(bytes, random);
  let raw: Uint8Array;
  const der = Uint8Array.from(Buffer.from(found[0], 'base64'));
  try {
    raw = ecdsaFromDer(der, 32);
  } catch (error) {
    if (SignError.is(error)) return changedBytes(bytes, random);
    throw error;
  }
  const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
  const half = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
  const [r, s] = [raw.slice(0, 32), raw.slice(32)];
  const number = (part: Uint8Array) => BigInt(`0x${Buffer.from(part).toString('hex')}`);
  const of = (a: Uint8Array, b: Uint8Array) => ecdsaToDer(Uint8Array.from([...a, ...b]));
  const change = random.pick([
    () => of(r, half(order - number(s))),
    () => of(half(order - number(r)), s),
    () => raw,
    () => of(r, new Uint8Array(32)),
    () => of(new Uint8Array(32), new Uint8Array(32)),
    () => of(half(order), half(order)),
    () => of(s, r),
    () => Uint8Array.of(0x30, 0x81, ...der.subarray(1)),
    () => Uint8Array.of(...der, 0),
    () => Uint8Array.of(0x30, (der[1] as number) + 1, 2, (der[3] as number) + 1, 0, ...der.subarray(4)),
  ]);
  return utf8Bytes(text.replace(found[0], base64Text(change())));
}

type Mutation = (original: Original, random: Random) => Mutant;

function jsonChange({ bytes }: Original, random: Random): Mutant {
  const value = jsonOf(bytes);
  return { bytes: value === undefined ? changedBytes(bytes, random) : utf8Bytes(changedJson(value, random).toWellFormed()) };
}

/** Signed again, so that no signature catches it: only such changes after which it says the same, or is malformed. */
function signedAgain({ bytes, signAgain }: Original, random: Random): Mutant {
  const value = signAgain && jsonOf(signAgain.contents);
  if (!signAgain || value === undefined) return { bytes: changedBytes(bytes, random) };
  const contents = utf8Bytes(changedJson(value, random, { signedAgain: true }).toWellFormed());
  return { bytes: signAgain.wrap(contents), again: true };
}

function signedBytes({ bytes, signAgain }: Original, random: Random): Mutant {
  if (!signAgain) return { bytes: changedBytes(bytes, random) };
  return { bytes: signAgain.wrap(changedBytes(signAgain.contents, random)), again: true };
}

/** By name, and how often each is taken. Signing is what costs. */
export const mutations: Readonly<Record<string, readonly [weight: number, mutation: Mutation]>> = {
  bytes: [3, ({ bytes }, random) => ({ bytes: changedBytes(bytes, random) })],
  json: [4, jsonChange],
  base64: [4, ({ bytes }, random) => ({ bytes: changedBase64(bytes, random) })],
  signature: [2, ({ bytes }, random) => ({ bytes: changedSignature(bytes, random) })],
  signedAgain: [4, signedAgain],
  signedBytes: [1, signedBytes],
};
