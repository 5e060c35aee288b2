import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluatePolicy, parseSigningPolicy } from '@securosys/sign/policy';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
// The very reading of command lines that the program has: what it refuses is a mistake in a pipeline.
import { commandTable, findCommand } from '../../packages/cli/src/securosys-sign/command-table.js';
import { parseWords } from '../../packages/cli/src/securosys-sign/parse-words.js';
import { settingTable } from '../../packages/cli/src/securosys-sign/settings/setting-table.js';
import { exists, isBash, jenkinsScripts, type RanScript, runScript } from './scripts.js';

/** Loading the commands takes as long as many tests: with SLOW, as in CI. */
const pipelines = describe.skipIf(!process.env.SLOW);
const text = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const variables = { TAG: 'v1.4', TAG_NAME: 'v1.4', CI_COMMIT_TAG: 'v1.4', REPOSITORY: 'registry.acme.example/shop' };
const images = ['registry.acme.example/shop/web:v1.4', 'registry.acme.example/shop/api:v1.4'];
let folder: string;
// Loading the commands compiles what they stand on.
beforeAll(async () => {
  if (!process.env.SLOW) return;
  for (const { name, load } of commandTable) if (name.startsWith('request ')) await load();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipelines-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const run = (script: string, exits: Record<string, number> = {}): RanScript => runScript(folder, script, exits, variables);

/** The program takes the command lines as they are, and they are about the release. */
async function expectAccepted({ commands }: RanScript, names: readonly string[]): Promise<void> {
  expect(commands.map((words) => words.slice(0, 2).join(' '))).toEqual(names);
  for (const words of commands) {
    const found = findCommand(words);
    if (!found) throw new Error(`there is no command ${words.join(' ')}`);
    const { command } = await found.entry.load();
    const typed = await parseWords(found.entry.name, command, found.rest);
    expect(typed.options.config).toBe('signing.yaml');
    if (found.entry.name === 'request prepare') expect(typed.arguments).toEqual(images);
    else {
      expect(typed.arguments).toEqual(['request.json']);
      // Nobody vouches for the file: it may write where this says.
      expect(typed.options.target).toEqual(images.map((image) => image.replace(':v1.4', '')));
    }
  }
}

pipelines('the pipeline for GitHub Actions', () => {
  const { jobs, on } = parse(text('github-actions.yml'));
  const script = (job: string): string =>
    jobs[job].steps.map((step: { run?: string }) => step.run ?? '').find((one: string) => one.includes('securosys-sign request'));

  it('asks in one run and completes in another, which no push starts', () => {
    expect(Object.keys(on)).toEqual(['push', 'schedule', 'workflow_dispatch']);
    expect([jobs.request.if, jobs.complete.if]).toEqual(["github.event_name == 'push'", "github.event_name != 'push'"]);
  });

  it('puts nothing that others choose into a script: tags come as variables', () => {
    for (const { steps } of Object.values<{ steps: { run?: string }[] }>(jobs))
      for (const step of steps) expect(step.run ?? '').not.toContain('${{');
  });

  it('ends well when people decide, and with the code of every other outcome', async () => {
    const asked = run(script('request'), { submit: 75 });
    expect(asked.exitCode).toBe(0);
    await expectAccepted(asked, ['request prepare', 'request submit']);
    for (const code of [1, 2, 69, 76]) expect(run(script('request'), { submit: code }).exitCode).toBe(code);
    const refused = run(script('request'), { prepare: 1 });
    expect([refused.exitCode, refused.commands.length]).toEqual([1, 1]);
  });

  it('publishes once people have decided, waits well, and is red when the request has expired', async () => {
    expect(run(script('complete')).commands).toEqual([]);
    run(script('request'), { submit: 75 });
    const waiting = run(script('complete'), { status: 75, complete: 75 });
    expect([waiting.exitCode, waiting.output]).toEqual([0, '::notice::people have not decided yet\n']);
    for (const code of [1, 69, 76]) expect(run(script('complete'), { complete: code }).exitCode).toBe(code);
    expect(exists(folder, 'request.json')).toBe(true);
    const done = run(script('complete'));
    expect(done.exitCode).toBe(0);
    await expectAccepted(done, ['request status', 'request complete']);
    // The next run has nothing to do.
    expect(exists(folder, 'request.json')).toBe(false);
  });
});

pipelines('the pipeline for GitLab', () => {
  const { request, complete, stages } = parse(text('gitlab-ci.yml'));

  it('goes on while people decide, and tries the second job again', async () => {
    expect(stages).toEqual([request.stage, complete.stage]);
    expect(request.allow_failure).toEqual({ exit_codes: [75] });
    expect(complete.retry.exit_codes).toEqual([75]);
    expect(complete.needs).toEqual(['request']);
    const asked = run(request.script.join('\n'), { submit: 75 });
    expect(asked.exitCode).toBe(75);
    await expectAccepted(asked, ['request prepare', 'request submit']);
    const done = run(complete.script.join('\n'));
    expect(done.exitCode).toBe(0);
    await expectAccepted(done, ['request complete']);
  });

  it('hands on what the second job needs also when the first ends with 75', () => {
    for (const job of [request, complete]) expect(job.artifacts).toMatchObject({ when: 'always' });
    expect(request.artifacts.paths).toEqual(['request.json', '.signing/']);
  });
});

pipelines('the pipeline for Jenkins', () => {
  it('has command lines that the program takes, and tells 75 from failures', async () => {
    const jenkinsfile = text('Jenkinsfile');
    const scripts = jenkinsScripts(jenkinsfile).filter((script) => script.includes('securosys-sign request'));
    expect(scripts).toHaveLength(3);
    expect(scripts.every(isBash)).toBe(true);
    await expectAccepted(run(scripts.join('\n')), ['request prepare', 'request submit', 'request complete']);
    expect(jenkinsfile).toContain('if (code != 0 && code != 75) error(');
    expect(jenkinsfile).toContain('while (code == 75)');
    for (const [open, close] of ['{}', '()', '[]'])
      expect(jenkinsfile.split(open as string)).toHaveLength(jenkinsfile.split(close as string).length);
  });
});

pipelines('the files beside the pipelines', () => {
  it('are a configuration that the program reads, without a secret', () => {
    const configuration = parse(text('signing.yaml'));
    for (const name of Object.keys(configuration)) expect(settingTable[name]).toMatchObject({ describe: expect.any(String) });
    for (const name of Object.keys(configuration)) expect(settingTable[name]?.secret).toBeUndefined();
  });

  it('are a policy that allows what the pipelines ask for, and nothing untagged', async () => {
    const policy = await parseSigningPolicy(text('signing-policy.yaml'), { fileName: 'signing-policy.yaml' });
    const subject = { repository: 'registry.acme.example/shop/web', tag: 'v1.4', format: 'notation-jws' };
    expect((await evaluatePolicy(policy, subject)).verdict).toBe('allowed');
    expect((await evaluatePolicy(policy, { ...subject, format: 'cosign' })).verdict).toBe('allowed');
    expect((await evaluatePolicy(policy, { ...subject, tag: 'latest' })).verdict).toBe('refused');
    expect((await evaluatePolicy(policy, { ...subject, repository: 'registry.acme.example/other/web' })).verdict).toBe('refused');
  });
});
