import { containers, jsonOf, type Tree, text, treeOf } from './json-tree.js';
import { hostileJson } from './json-values.js';
import type { Random } from './random.js';

type ObjectTree = Extract<Tree, { kind: 'object' }>;

const objects = (tree: Tree): ObjectTree[] =>
  containers(tree).filter((one): one is ObjectTree => one.kind === 'object' && one.members.length > 0);

/** Names that a laxer reader takes for the same: other case, letters that fold to ASCII ones, escapes, invisible additions. */
const otherNames: readonly ((name: string, random: Random) => string)[] = [
  (name) => name.toUpperCase(),
  (name, random) => {
    const at = random.int(name.length);
    return name.slice(0, at) + name.charAt(at).toUpperCase() + name.slice(at + 1);
  },
  (name) => name.replace(/s/, 'ſ'),
  (name) => name.replace(/k/, '\u212a'),
  (name) => `${name} `,
  (name) => ` ${name}`,
  (name) => `${name}\u0000`,
  (name) => `${name}\u200b`,
  (name) => name.slice(0, -1),
  (name) => name.normalize('NFD').replace(/a/, 'а'),
  () => '__proto__',
  () => 'constructor',
  () => '',
];

const escaped = (name: string): string => `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}"`;
const nameOf = (token: string): string => JSON.parse(token) as string;

type TreeChange = (tree: Tree, random: Random) => void;

/** Changes after which the document says the same, is malformed, or lacks something that it needs. */
const sameOrRefused: Readonly<Record<string, TreeChange>> = {
  duplicate(tree, random) {
    const { members } = random.pick(objects(tree));
    const [name, value] = random.pick(members);
    const copy: [string, Tree] = [name, random.oneIn(2) ? value : text(hostileJson(random))];
    members.splice(random.int(members.length + 1), 0, copy);
  },
  duplicateEscaped(tree, random) {
    const { members } = random.pick(objects(tree));
    const [name, value] = random.pick(members);
    members.splice(random.int(members.length + 1), 0, [
      escaped(nameOf(name)),
      random.oneIn(2) ? value : text(hostileJson(random)),
    ]);
  },
  escapeName(tree, random) {
    const member = random.pick(random.pick(objects(tree)).members);
    member[0] = escaped(nameOf(member[0]));
  },
  caseVariantBeside(tree, random) {
    const { members } = random.pick(objects(tree));
    const [name, value] = random.pick(members);
    members.splice(random.int(members.length + 1), 0, [JSON.stringify(nameOf(name).toUpperCase()), value]);
  },
  reorder(tree, random) {
    const one = random.pick(containers(tree).filter((container) => container.kind === 'object' || container.items.length > 1));
    if (one.kind === 'object') one.members.sort(() => random.int(3) - 1);
  },
  remove(tree, random) {
    const one = random.pick(containers(tree));
    if (one.kind === 'object') one.members.splice(random.int(one.members.length), 1);
    else one.items.splice(random.int(one.items.length), 1);
  },
  otherType(tree, random) {
    const one = random.pick(containers(tree));
    const value = text(hostileJson(random));
    if (one.kind === 'array') one.items.splice(random.int(one.items.length + 1), random.int(2), value);
    else if (one.members.length > 0) random.pick(one.members)[1] = value;
  },
};

/** Changes that only the document's own signature can catch. */
const anything: Readonly<Record<string, TreeChange>> = {
  ...sameOrRefused,
  rename(tree, random) {
    const member = random.pick(random.pick(objects(tree)).members);
    member[0] = JSON.stringify(random.pick(otherNames)(nameOf(member[0]), random));
  },
  add(tree, random) {
    const { members } = random.pick(objects(tree));
    const name = random.pick([
      'jwk',
      'jku',
      'x5u',
      'kid',
      'x5c',
      'b64',
      'crit',
      'alg',
      'typ',
      'zip',
      'signatures',
      'header',
      'x',
    ]);
    members.splice(random.int(members.length + 1), 0, [JSON.stringify(name), text(hostileJson(random))]);
  },
};

/** Damage around and between the tokens. */
const textChanges: readonly ((json: string, random: Random) => string)[] = [
  (json) => `\ufeff${json}`,
  (json) => ` \n\t${json}\r\n`,
  (json, random) => json + random.pick(['\u0000', ',', '}', '{}', 'null', '//', ' x', '\u00a0', '\u2028']),
  (json) => json.replace(/}$/, ',}'),
  (json) => json.replace(/:/, ': /* */'),
  (json) => json.replaceAll('"', "'"),
  (json) => json.replace(/^{/, '{"":{},'),
  (json) => `[${json}]`,
  (json) => json.replace(/":/g, '"\n :\t'),
];

/** One or two changes of a JSON document. `signedAgain`: only such that leave what it says as it is, or must be refused. */
export function changedJson(value: unknown, random: Random, { signedAgain = false } = {}): string {
  const tree = treeOf(value);
  const table = signedAgain ? sameOrRefused : anything;
  for (let times = random.oneIn(4) ? 2 : 1; times > 0; times--)
    if (objects(tree).length > 0) (table[random.pick(Object.keys(table))] as TreeChange)(tree, random);
  const json = jsonOf(tree);
  return random.oneIn(10) ? random.pick(textChanges)(json, random) : json;
}
