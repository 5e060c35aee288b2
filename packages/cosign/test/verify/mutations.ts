import { utf8Bytes } from '@securosys/core';
import type { Random } from '../../../notation-envelope/test/mutation/random.js';

type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

const words = ['', '{}', '[]', 'null', 'true', '0', '-1', '1e3', '"', '\\u0000', ',', ':', '}', ' ', '\n', 'AA==', '=', '-_'];
const names = [
  'keyid',
  'sig',
  'payload',
  'payloadType',
  'mediaType',
  'hint',
  'certificate',
  'messageSignature',
  'tlogEntries',
  'predicate',
  'subject',
  'digest',
  '_type',
  '__proto__',
  'toString',
  'Critical',
  'optional',
  'vendor',
];

/** Changes of bytes, of which nobody knows what they are. */
function changedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.int(bytes.byteLength);
  switch (random.int(5)) {
    case 0:
      return bytes.map((byte, i) => (i === at ? byte ^ (1 << random.int(8)) : byte));
    case 1:
      return bytes.map((byte, i) => (i === at ? random.int(256) : byte));
    case 2:
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + random.int(4))]);
    case 3:
      return bytes.subarray(0, at);
    default:
      return Uint8Array.from([...bytes.subarray(0, at), ...utf8Bytes(random.pick(words)), ...bytes.subarray(at)]);
  }
}

const anything = (random: Random): Json =>
  random.pick<Json>([null, true, 0, -1, 1.5, '', 'x', [], {}, [null], { a: 1 }, 'AAAA', 'https://in-toto.io/Statement/v1']);

/** Some place in a document, and what is there. */
function places(value: Json, found: { parent: Json; name: string }[] = []): { parent: Json; name: string }[] {
  if (typeof value === 'object' && value !== null)
    for (const [name, child] of Object.entries(value)) {
      found.push({ parent: value, name });
      places(child, found);
    }
  return found;
}

/** Changes of one place in a JSON document that stays one. */
function changedJson(document: Json, random: Random): Json {
  const copy = structuredClone(document);
  const { parent, name } = random.pick(places(copy));
  const object = parent as Record<string, Json>;
  const value = object[name] as Json;
  switch (random.int(7)) {
    case 0:
      object[name] = anything(random);
      break;
    case 1:
      delete object[name];
      break;
    case 2:
      Object.defineProperty(object, random.pick(names), { value: anything(random), enumerable: true, configurable: true });
      break;
    case 3:
      object[random.pick(names)] = value;
      break;
    case 4:
      object[name] = [value, value];
      break;
    case 5:
      object[name] =
        typeof value === 'string' ? random.pick([value.toUpperCase(), `${value} `, `${value}\n`, value.slice(1)]) : { value };
      break;
    default:
      object[name.toUpperCase()] = value;
      delete object[name];
  }
  return copy;
}

/** The same document written in another way, or with a member twice. */
function writtenOtherwise(document: Json, random: Random): string {
  const text = JSON.stringify(document, null, random.int(3));
  switch (random.int(4)) {
    case 0:
      return ` ${text}\n`;
    case 1:
      return text.replace('{', `{${JSON.stringify(random.pick(names))}:${JSON.stringify(anything(random))},`);
    case 2:
      return text.replace(/[a-zA-Z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
    default:
      return text;
  }
}

/** One mutant of a JSON document. */
export function mutantOf(bytes: Uint8Array, random: Random): Uint8Array {
  if (random.oneIn(3)) return changedBytes(bytes, random);
  const document = JSON.parse(new TextDecoder().decode(bytes)) as Json;
  return utf8Bytes(random.oneIn(6) ? writtenOtherwise(document, random) : JSON.stringify(changedJson(document, random)));
}
