import assert from 'node:assert/strict';
import { encryptImage } from '@securosys/ocicrypt';
import { described } from '../../lib/process.js';
import { commandWay, serviceWay } from './providers.js';
import { versions } from './skopeo.js';
import { flipped, type Tampering, tamper } from './tampered.js';
import type { Way } from './ways.js';
import type { World } from './world.js';

interface Bad {
  readonly name: string;
  readonly tampering?: Tampering;
  readonly way: Way;
  /** What stands in the one line of the provider; absent where skopeo itself finds it. */
  readonly line?: RegExp;
}

const inKey = (change: (key: Record<string, unknown>) => void): Tampering => ({
  packet: (packet) => change((packet.kek as [Record<string, unknown>])[0]),
});

/** Images that were changed, and keys that are others: skopeo stops, and shows the one line of the provider where it was the provider's. */
export async function refusals(world: World): Promise<void> {
  const { report, scope, oci, samples, skopeo, broker, target, digestOf } = world;
  const plain = await samples.image(['gzip']);
  const [key, other] = broker.keys;
  if (!key || !other) throw new Error('the broker has two keys');
  const command = await commandWay(scope, { holder: broker, keys: [key] });
  const service = await serviceWay(scope, { holder: broker, keys: [key] });
  // The right name, with the pin of another key.
  const exchanged = await commandWay(scope, { holder: { ...broker, keys: [{ ...other, kid: key.kid }] } });
  const content: Tampering = { packet: (packet) => Object.assign(packet, { ct: flipped(packet.ct) }) };
  const wrapped = inKey((entry) => Object.assign(entry, { ek: flipped(entry.ek) }));
  const failed = /ERR_REQUEST_FAILED/;
  const all: Bad[] = [
    { name: 'a flipped bit of the private options', tampering: content, way: command, line: failed },
    { name: 'a flipped bit of the private options, over gRPC', tampering: content, way: service, line: failed },
    { name: 'a flipped bit of the encrypted content key', tampering: wrapped, way: command, line: failed },
    {
      name: 'another algorithm than the one of the key',
      tampering: inKey((entry) => Object.assign(entry, { alg: 'RSA1_5' })),
      way: command,
      line: /ERR_ALGORITHM_UNSUPPORTED/,
    },
    {
      name: 'a packet of another version',
      tampering: { packet: (packet) => Object.assign(packet, { v: 2 }) },
      way: command,
      line: /version/,
    },
    { name: 'a key that another has taken the place of', way: exchanged, line: /ERR_KEY_CHANGED/ },
    {
      name: 'a flipped bit of the layer',
      tampering: { layer: (blob) => void blob.writeUInt8(blob.readUInt8(10) ^ 1, 10) },
      way: command,
    },
  ];
  for (const version of versions)
    for (const { name, tampering, way, line } of all)
      await report.case(`${version} gets nothing decrypted by ${name}`, async () => {
        const [encrypted, decrypted] = [target('layout'), target('layout')];
        await encryptImage(oci.open(plain), oci.open(encrypted), { recipients: [command.recipient], tag: 'it' });
        if (tampering) await tamper(encrypted, tampering);
        const finished = await skopeo.copy(version, encrypted, decrypted, way.decrypt);
        const said = described(version, way.decrypt.args, finished);
        assert.equal(finished.code, 1, said);
        await assert.rejects(digestOf(decrypted), said);
        const lines = finished.stderr.match(/hsm: [^\n]*/g) ?? [];
        if (line) assert.match(lines.join('\n'), line, said);
        assert.ok(lines.length <= 1, said);
      });
}
