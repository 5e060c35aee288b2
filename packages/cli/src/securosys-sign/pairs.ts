import { invalidArgument } from '@securosys/core';

/** `name=value`, several times. @throws SignError `ERR_INVALID_ARGUMENT`, without quoting values */
export function pairsOf(option: string, texts: readonly string[]): Readonly<Record<string, string>> {
  const pairs = texts.map((text) => {
    const at = text.indexOf('=');
    return at > 0 ? ([text.slice(0, at), text.slice(at + 1)] as const) : invalidArgument(`--${option} is name=value`);
  });
  if (new Set(pairs.map(([name]) => name)).size < pairs.length) invalidArgument(`--${option} says one name twice`);
  return Object.fromEntries(pairs);
}
