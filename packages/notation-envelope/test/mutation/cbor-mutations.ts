import { type CborNode, cborBytes, cborNodes, cborTree, textNode } from './cbor-tree.js';
import type { Random } from './random.js';

const hex = (text: string): CborNode => ({ major: 0, argument: 0, raw: Uint8Array.from(Buffer.from(text, 'hex')) });
const repeated = (bytes: string, times: number, end = ''): CborNode => hex(bytes.repeat(times) + end);

/** Items that readers choke on. */
const hostile: readonly ((random: Random) => CborNode)[] = [
  () => hex('f6'),
  () => hex('f7'),
  () => hex('f5'),
  () => hex('f8ff'),
  () => hex('f817'),
  () => hex('fc'),
  () => hex('ff'),
  () => hex('1c'),
  () => hex('00'),
  () => hex('20'),
  () => hex('1bffffffffffffffff'),
  () => hex('3bffffffffffffffff'),
  () => hex('3b7fffffffffffffff'),
  () => hex('1b0020000000000001'),
  () => hex('f90000'),
  () => hex('f98000'),
  () => hex('f97e00'),
  () => hex('fb7ff8000000000001'),
  () => hex('f97c00'),
  () => hex('fb4059000000000000'),
  () => hex('c11a6a000000'),
  () => hex('c1fb41da800000000000'),
  () => hex('c120'),
  () => hex('c074323032362d30362d30315431313a35393a35395a'),
  () => hex('c249010000000000000000'),
  () => hex(`c2581f${'01'.repeat(31)}`),
  () => hex('d9d9f7f6'),
  () => hex('c1c1c100'),
  () => hex('40'),
  () => hex('60'),
  () => hex('80'),
  () => hex('a0'),
  () => hex('62c328'),
  () => hex('63eda080'),
  () => hex('5bffffffffffffffff'),
  () => hex('5b7fffffffffffffff'),
  () => hex('5affffffff'),
  () => hex('9bffffffffffffffff'),
  () => hex('9affffffff'),
  () => hex('bbffffffffffffffff'),
  () => hex('7affffffff'),
  () => hex('5f4100ff'),
  () => hex('9fff'),
  () => hex('bfff'),
  () => hex('5f5f4100ffff'),
  () => hex('a2f90000000000'),
  () => hex('a1800a'),
  () => hex('a1a0a0'),
  (random) => repeated('81', random.pick([6, 7, 15, 16, 40, 1_000]), '80'),
  (random) => repeated('a100', random.pick([6, 16, 300]), '00'),
  (random) => repeated('c1', random.pick([7, 17, 1_000]), '00'),
  (random) => repeated('9f', random.pick([3, 1_000])),
  (random) => hex(`99${random.pick(['03e8', '0bb8', 'ffff'])}${'00'.repeat(3_000)}`),
  (random) => hex(`5a${(64 * 1024 + random.int(9)).toString(16).padStart(8, '0')}${'41'.repeat(65_550)}`),
  (random) => (random.oneIn(20) ? repeated('81', 200_000, '80') : hex('80')),
];

export const hostileCbor = (random: Random): CborNode => random.pick(hostile)(random);

type NodeChange = (root: CborNode, random: Random) => void;

const any = (root: CborNode, random: Random, fits: (node: CborNode) => boolean = () => true): CborNode | undefined => {
  const nodes = cborNodes(root).filter((node) => !node.raw && fits(node));
  return nodes.length > 0 ? random.pick(nodes) : undefined;
};
const become = (node: CborNode, other: CborNode): void => {
  for (const name of Object.keys(node)) delete (node as unknown as Record<string, unknown>)[name];
  Object.assign(node, other);
};
const isMap = ({ major, items }: CborNode): boolean => major === 5 && (items?.length ?? 0) > 0;

/** Changes after which the document says the same, is malformed, or lacks something that it needs. */
const sameOrRefused: Readonly<Record<string, NodeChange>> = {
  longHead(root, random) {
    const node = any(root, random);
    if (node) node.width = random.pick([1, 2, 4, 8]);
  },
  indefinite(root, random) {
    const node = any(root, random, ({ bytes, items, major }) => major !== 6 && (bytes ?? items) !== undefined);
    if (node) node.indefinite = true;
  },
  wrongCount(root, random) {
    const node = any(root, random, ({ bytes, items }) => (bytes ?? items) !== undefined);
    if (node) node.count = random.pick([0, 1, 5, 23, 255, 65_535, 2 ** 31, 2 ** 32, 2 ** 53]);
  },
  duplicate(root, random) {
    const map = any(root, random, isMap);
    if (!map?.items) return;
    const at = 2 * random.int(map.items.length / 2);
    const [key, value] = map.items.slice(at, at + 2) as [CborNode, CborNode];
    const twin = random.oneIn(3) ? { ...key, width: 8 } : { ...key };
    map.items.splice(2 * random.int(map.items.length / 2 + 1), 0, twin, random.oneIn(2) ? value : hostileCbor(random));
  },
  reorder(root, random) {
    const map = any(root, random, isMap);
    if (!map?.items) return;
    const pairs = Array.from({ length: map.items.length / 2 }, (_, i) => (map.items as CborNode[]).slice(2 * i, 2 * i + 2));
    map.items = pairs.sort(() => random.int(3) - 1).flat();
  },
  remove(root, random) {
    const node = any(root, random, ({ items, major }) => items !== undefined && major !== 6 && items.length > 0);
    if (!node?.items) return;
    if (node.major === 5) node.items.splice(2 * random.int(node.items.length / 2), 2);
    else node.items.splice(random.int(node.items.length), 1);
  },
  otherType(root, random) {
    // The root, and keys, as well: everything is an item.
    const node = any(root, random);
    if (node) become(node, hostileCbor(random));
  },
  tagged(root, random) {
    const node = any(root, random);
    if (node) become(node, { major: 6, argument: random.pick([0, 1, 2, 18, 24, 98, 55_799]), items: [{ ...node }] });
  },
  bytesForText(root, random) {
    const node = any(root, random, ({ major }) => major === 2 || major === 3);
    if (node) node.major = node.major === 2 ? 3 : 2;
  },
  listForOne(root, random) {
    const node = any(root, random);
    if (node) become(node, { major: 4, argument: 0, items: [{ ...node }] });
  },
};

/** Changes that only the document's own signature can catch. */
const anything: Readonly<Record<string, NodeChange>> = {
  ...sameOrRefused,
  otherNumber(root, random) {
    const node = any(root, random, ({ major }) => major < 2);
    if (node) node.argument = random.pick([0, 1, 23, 24, 256, 2 ** 31, 2 ** 40, random.int(60)]);
  },
  otherSign(root, random) {
    const node = any(root, random, ({ major }) => major < 2);
    if (node) node.major = 1 - node.major;
  },
  rename(root, random) {
    const node = any(root, random, ({ major, bytes }) => major === 3 && (bytes?.byteLength ?? 0) > 0);
    if (!node?.bytes) return;
    const text = new TextDecoder().decode(node.bytes);
    become(node, textNode(random.pick([text.toUpperCase(), `${text} `, `${text}\0`, text.slice(0, -1), text.replace(/s/, 'ſ')])));
  },
  add(root, random) {
    const map = any(root, random, ({ major }) => major === 5);
    if (!map?.items) return;
    const key = random.pick([
      hex('01'),
      hex('02'),
      hex('04'),
      hex('05'),
      hex('06'),
      hex('07'),
      hex('0f'),
      hex('1821'),
      hex('1822'),
      hex('1823'),
      textNode('x'),
    ]);
    map.items.splice(2 * random.int(map.items.length / 2 + 1), 0, key, hostileCbor(random));
  },
};

/** One or two changes of a CBOR item. `signedAgain`: only such that leave what it says as it is, or must be refused. */
export function changedCbor(bytes: Uint8Array, random: Random, { signedAgain = false } = {}): Uint8Array {
  const tree = cborTree(bytes);
  const table = signedAgain ? sameOrRefused : anything;
  for (let times = random.oneIn(4) ? 2 : 1; times > 0; times--)
    (table[random.pick(Object.keys(table))] as NodeChange)(tree, random);
  return cborBytes(tree);
}
