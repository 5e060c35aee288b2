import { SignError } from '@securosys/core';

/** One challenge of `WWW-Authenticate` (RFC 9110 §11.6.1); scheme and parameter names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const separator = /[ \t]*(?:,[ \t]*)*/y;
const parameter = new RegExp(
  `(${token})[ \\t]*=[ \\t]*(?:(${token})|"((?:[^"\\\\\\u0000-\\u0008\\u000a-\\u001f\\u007f]|\\\\[\\t -~])*)")`,
  'y',
);
const schemeStart = new RegExp(`(${token})(?:[ \\t]+|$|(?=,))`, 'y');

/**
 * Parses the header strictly: bounded, no parameter twice, nothing unread.
 * @throws SignError `ERR_PROTOCOL`
 */
export function parseChallenges(header: string): Challenge[] {
  const wrong = (why: string): never => {
    throw new SignError('ERR_PROTOCOL', `WWW-Authenticate of the registry is malformed: ${why}`);
  };
  if (header.length > 8192) return wrong('too long');
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const result = pattern.exec(header);
    if (result) at = pattern.lastIndex;
    return result;
  };
  for (match(separator); at < header.length; match(separator)) {
    const pair = match(parameter);
    const current = found.at(-1);
    if (pair) {
      const name = (pair[1] as string).toLowerCase();
      if (!current) return wrong('parameter without scheme');
      if (Object.hasOwn(current.parameters, name)) return wrong('parameter twice');
      current.parameters[name] = pair[2] ?? (pair[3] as string).replace(/\\(.)/g, '$1');
      continue;
    }
    const scheme = match(schemeStart);
    if (!scheme) return wrong('neither scheme nor parameter');
    found.push({ scheme: (scheme[1] as string).toLowerCase(), parameters: Object.create(null) });
  }
  return found;
}
