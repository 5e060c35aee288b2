import { inspect } from 'node:util';

const everything = {
  showHidden: true,
  depth: Number.POSITIVE_INFINITY,
  maxArrayLength: null,
  maxStringLength: null,
  breakLength: Number.POSITIVE_INFINITY,
  getters: true,
} as const;

function attempt(show: () => string | undefined): string {
  try {
    return show() ?? '';
  } catch (error) {
    // A value that cannot be shown this way shows what its error says: cycles, BigInt, a `toString` that throws.
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Everything that Node shows of a value: inspect (with hidden and inherited members, with and without the value's own ideas of how it looks),
 * JSON, text, and of errors the message, stack and every cause.
 */
export function shownForms(value: unknown): string {
  const texts: string[] = [];
  const seen = new Set<unknown>();
  const add = (one: unknown): void => {
    if (seen.has(one)) return;
    seen.add(one);
    texts.push(attempt(() => inspect(one, everything)));
    texts.push(attempt(() => inspect(one, { ...everything, customInspect: false })));
    texts.push(attempt(() => JSON.stringify(one)));
    texts.push(attempt(() => String(one)));
    if (!(one instanceof Error)) return;
    texts.push(one.message, one.stack ?? '');
    for (const name of Object.getOwnPropertyNames(one)) if (name !== 'stack' && name !== 'message') add(Reflect.get(one, name));
  };
  add(value);
  return texts.join('\n');
}
