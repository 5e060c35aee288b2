// A process of its own: verifies a repository over its server, and says what its tags stand for. `argv`: address, repository, root certificate.
import { readFileSync } from 'node:fs';
import { openNotaryServer, tagsOf, verifyRepository } from '../../../packages/dct/dist/index.js';

const [url, gun, root] = process.argv.slice(2);
const source = openNotaryServer({ url, gun, plainHttp: [new URL(url).host] });
const repository = await verifyRepository({ gun, root: { certificate: readFileSync(root) }, source, now: Date.now() });
for (const { tag, digest, size, role } of tagsOf(repository).trusted) console.log(tag, digest, size, role);
await source.close();
