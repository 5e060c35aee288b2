// npx pnpm bench [name …] [--json]: runs the named suites, or all of them.
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { row, type Suite } from './figure.js';

const names = readdirSync(new URL('suites', import.meta.url))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

function usage(problem: string): never {
  process.stderr.write(`bench: ${problem}\nusage: npx pnpm bench [${names.join('|')}]… [--json]\n`);
  process.exit(2);
}

function parsed() {
  try {
    return parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } });
  } catch (error) {
    return usage((error as Error).message);
  }
}

const { positionals, values } = parsed();
const unknown = positionals.find((name) => !names.includes(name));
if (unknown !== undefined) usage(`there is no suite '${unknown}'`);

const say = (text: string) => (values.json ? process.stderr : process.stdout).write(`${text}\n`);
for (const name of positionals.length > 0 ? positionals : names) {
  const { suite } = (await import(`./suites/${name}.ts`)) as { suite: Suite };
  if (suite.onlyByName && positionals.length === 0) continue;
  say(`${name}: ${suite.title}`);
  for await (const result of suite.run((text) => say(`  note: ${text}`))) {
    if (values.json) process.stdout.write(`${JSON.stringify(result.figure)}\n`);
    else say(`  ${row(result)}`);
  }
}
