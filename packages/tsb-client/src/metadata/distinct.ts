/** Statements by name, where a name may come twice. */
export type Statements = readonly (readonly [name: string, text: string])[];

/** Statements as a map. A name that is taken gets a number, so that two of them never become one: `tag`, `tag (2)`. */
export function distinct(statements: Statements): Record<string, string> {
  const named = new Map<string, string>();
  for (const [name, text] of statements) {
    let free = name;
    for (let count = 2; named.has(free); count++) free = `${name} (${count})`;
    named.set(free, text);
  }
  return Object.fromEntries(named);
}

/** The name of a statement without its number. */
export function withoutNumber(name: string): string {
  return name.replace(/ \(\d+\)$/, '');
}
