import { type HashName, invalidArgument, sanitizeText } from '@securosys/core';

/** What stands behind `securosys://` (`cosign.md` §11.1): the name of a key, and what else is said about it. */
export interface ResourceId {
  readonly name: string;
  readonly hash?: HashName;
  /** 64 lower-case hex characters. */
  readonly spkiSha256?: string;
}

const maxNameLength = 256;
const optionNames = ['hash', 'spkiSha256'];

/** A hash by its name. @throws SignError `ERR_INVALID_ARGUMENT` */
export function hashNamed(name: string, what: string): HashName {
  if (name === 'sha256' || name === 'sha384' || name === 'sha512') return name;
  return invalidArgument(`${what} is none of sha256, sha384 and sha512`);
}

/** A hash of a public key. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkedPin(pin: string, what: string): string {
  return /^[0-9a-f]{64}$/.test(pin) ? pin : invalidArgument(`${what} is not 64 hexadecimal digits in lower case`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return invalidArgument('what stands behind :// has a % that is none of percent-encoding: write %25'); // the platform says no more
  }
}

/**
 * Reads a resource id: `<name>[?hash=sha384&spkiSha256=<hex>]`, percent-encoded where a name has `?` or `%`. An option that nobody knows
 * is refused: a misspelt pin would be none.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function readResourceId(id: string): ResourceId {
  const [path = '', query, ...more] = id.split('?');
  const name = decoded(path);
  if (name === '' || name.length > maxNameLength || more.length > 0)
    invalidArgument('behind :// stands the name of a key, with ?name=value where more is said');
  const options = new Map<string, string>();
  for (const pair of query === undefined ? [] : query.split('&')) {
    const [option = '', value = '', ...rest] = pair.split('=');
    if (!optionNames.includes(option) || value === '' || rest.length > 0 || options.has(option))
      invalidArgument(`'${sanitizeText(option, 40)}' behind the ? is not one value of ${optionNames.join(' or ')}`);
    options.set(option, decoded(value));
  }
  const [hash, pin] = optionNames.map((option) => options.get(option));
  return {
    name,
    ...(hash !== undefined && { hash: hashNamed(hash, 'hash behind the ?') }),
    ...(pin !== undefined && { spkiSha256: checkedPin(pin, 'spkiSha256 behind the ?') }),
  };
}
