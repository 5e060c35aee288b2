// npx tsx packages/core/test/wycheproof/reduce.ts FOLDER: makes vectors/ of the project's testvectors_v1 folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { files, type Group, type Vectors } from './files.js';

interface Source {
  readonly testGroups: readonly {
    readonly publicKeyDer: string;
    readonly sha?: string;
    readonly mgfSha?: string;
    readonly sLen?: number;
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

function groupsOf({ testGroups }: Source): Group[] {
  return testGroups.map(({ publicKeyDer, sha, mgfSha, sLen, tests }) => ({
    key: base64(publicKeyDer),
    ...(sLen !== undefined && { pss: { sha: sha as string, mgfSha: mgfSha as string, sLen } }),
    tests: tests.map(({ tcId, comment, msg, sig, result }) => [tcId, result, comment, base64(msg), base64(sig)]),
  }));
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('which folder?');
for (const file of files) {
  const name = `${file}_test.json`;
  const groups = groupsOf(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Source);
  const reduced: Vectors = { source: `C2SP/wycheproof testvectors_v1/${name}`, groups };
  writeFileSync(new URL(`vectors/${file}.json.gz`, import.meta.url), gzipSync(JSON.stringify(reduced), { level: 9 }));
}
