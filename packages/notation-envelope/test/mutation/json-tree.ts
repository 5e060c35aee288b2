/** JSON that can say what no parser would give back: members twice, any spelling of a name, any text for a value. */
export type Tree =
  | { readonly kind: 'object'; members: [name: string, value: Tree][] }
  | { readonly kind: 'array'; items: Tree[] }
  | { readonly kind: 'text'; text: string };

export const text = (json: string): Tree => ({ kind: 'text', text: json });

export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(treeOf) };
  if (typeof value === 'object' && value !== null)
    return { kind: 'object', members: Object.entries(value).map(([name, member]) => [JSON.stringify(name), treeOf(member)]) };
  return text(JSON.stringify(value));
}

export function jsonOf(tree: Tree): string {
  switch (tree.kind) {
    case 'object':
      return `{${tree.members.map(([name, value]) => `${name}:${jsonOf(value)}`).join(',')}}`;
    case 'array':
      return `[${tree.items.map(jsonOf).join(',')}]`;
    default:
      return tree.text;
  }
}

/** Every object and array of a tree, the root first. */
export function containers(tree: Tree): Exclude<Tree, { kind: 'text' }>[] {
  if (tree.kind === 'text') return [];
  const inner = tree.kind === 'object' ? tree.members.map(([, value]) => value) : tree.items;
  return [tree, ...inner.flatMap(containers)];
}
