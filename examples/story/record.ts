// Runs the story and writes what it says into docs/guides/story.md, as it was said: npx pnpm --filter ./examples/story record
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runNode } from './programs.js';

const page = (recording: string) => `# The story of a release day

This is a recording of [examples/story](../../examples/story/main.ts), as a terminal shows it. To see it on your own machine, in a clone:

\`\`\`sh
npx pnpm --filter ./examples/story start
\`\`\`

Nothing has to be installed but Node: the broker with its HSM is the emulator, everything else is real, also the process that is killed. Where the real
notation and cosign are installed, they verify too, as they did here. Lines with a bar in front are those of the program that the step runs; the rest is what
came of them. More about each part: [signing requests](signing-requests.md), [signing policies](signing-policy.md), [approve](approve.md),
[audit](audit.md).

\`\`\`text
${recording.trim()}
\`\`\`
`;

const recording = await runNode('main.ts', { INTEROP: 'required' });
await writeFile(fileURLToPath(new URL('../../docs/guides/story.md', import.meta.url)), page(recording));
console.log('docs/guides/story.md');
