// How to add a command
//
// 1. Write `subcommands/<name>.ts` (`key create` is `subcommands/key-create.ts`) that exports `command: Command` (see command.ts). What it takes is
//    data: `arguments`, and `options`, of which those with `setting` are also read from the environment and the configuration file, in the
//    one documented order (settings/setting-table.ts). `run(context)` does the work with what `context` hands it:
//      context.words.text('to'), .list('format'), .flag('force'), .arguments[0]     what was typed
//      const settings = await context.settings()                                    flags > environment > file > default
//      settings.text('key'), .flag(…), .durationMs(…), .path(…), .list(…), .object(…) checked as they are read
//      context.output.result({ … }, ['lines', 'for people'])                       one object with --json, else the lines; call it once per result
//      context.output.note('…'), .warn('…')                                        for people, on stderr
//      const progress = await context.progress()                                    bars on a terminal, lines elsewhere
//      progress.task('layer 1', size, 'bytes').set(done), progress.approvals('app')  the second is an onProgress
//      context.waits('securosys-sign request complete x')                            what Ctrl-C tells people from now on
//      context.clock, context.signal, context.env, context.path(typed), context.readFile(typed, what), context.askSecret(question)
//    Backends, signers, registries and trust are opened by `open/*.ts`: `const backend = await openBackend(context)`. Close what you open.
// 2. Throw `SignError`; run.ts renders it, with what to do (advice.ts) and the exit code (exit-codes.ts). Return 'refused' where the answer is no.
// 3. Add a line to `commandTable`. Code is loaded by its `load` only when the command is run: keep imports of libraries out of this file.
// 4. Secrets are never options: a file (`read…File(path, what, 'private')`), a variable, or `context.askSecret(question)`.
// 5. Test it in-process with `runSecurosysSign(argv, io)`: test/securosys-sign/world.ts has an io and a TSB.
import type { Command } from './command.js';

/** A line of the table. */
export interface CommandEntry {
  /** One or two words. */
  readonly name: string;
  /** Half a line for `--help`. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** Every command, in the order of `--help`. */
export const commandTable: readonly CommandEntry[] = [
  { name: 'sign', summary: 'sign images and files', load: () => import('./subcommands/sign.js') },
  { name: 'verify', summary: 'verify images and files', load: () => import('./subcommands/verify.js') },
  { name: 'attest', summary: 'make a signed statement about an image', load: () => import('./subcommands/attest.js') },
  { name: 'inspect', summary: 'show what signatures say, without judging them', load: () => import('./subcommands/inspect.js') },
  { name: 'encrypt', summary: 'encrypt an image', load: () => import('./subcommands/encrypt.js') },
  { name: 'decrypt', summary: 'decrypt an image that is trusted', load: () => import('./subcommands/decrypt.js') },
  {
    name: 'request prepare',
    summary: 'prepare a request for many signatures',
    load: () => import('./subcommands/request-prepare.js'),
  },
  { name: 'request submit', summary: 'ask people for them', load: () => import('./subcommands/request-submit.js') },
  { name: 'request status', summary: 'look where a request stands', load: () => import('./subcommands/request-status.js') },
  { name: 'request complete', summary: 'publish what was approved', load: () => import('./subcommands/request-complete.js') },
  {
    name: 'request reprepare',
    summary: 'ask anew for what came to nothing',
    load: () => import('./subcommands/request-reprepare.js'),
  },
  { name: 'request cancel', summary: 'withdraw a request', load: () => import('./subcommands/request-cancel.js') },
  { name: 'request list', summary: 'list requests that are not over', load: () => import('./subcommands/request-list.js') },
  { name: 'tasks', summary: 'show what waits for your decision', load: () => import('./subcommands/tasks.js') },
  { name: 'approve', summary: 'approve requests', load: () => import('./subcommands/approve.js') },
  { name: 'reject', summary: 'reject requests', load: () => import('./subcommands/reject.js') },
  {
    name: 'policy check',
    summary: 'say what a policy says about a signature',
    load: () => import('./subcommands/policy-check.js'),
  },
  {
    name: 'policy explain',
    summary: 'say in words what a policy demands',
    load: () => import('./subcommands/policy-explain.js'),
  },
  {
    name: 'policy build',
    summary: 'write the rules of a key, or a signing policy',
    load: () => import('./subcommands/policy-build.js'),
  },
  { name: 'audit verify', summary: 'verify an audit log', load: () => import('./subcommands/audit-verify.js') },
  { name: 'audit show', summary: 'show records of an audit log', load: () => import('./subcommands/audit-show.js') },
  {
    name: 'audit checkpoint',
    summary: 'confirm an audit log with a key',
    load: () => import('./subcommands/audit-checkpoint.js'),
  },
  {
    name: 'dct inspect',
    summary: 'show a repository of Docker Content Trust',
    load: () => import('./subcommands/dct-inspect.js'),
  },
  { name: 'dct verify', summary: 'verify images by Docker Content Trust', load: () => import('./subcommands/dct-verify.js') },
  { name: 'dct migrate', summary: 'sign its images anew in other formats', load: () => import('./subcommands/dct-migrate.js') },
  { name: 'dct sign', summary: 'sign its tags with a delegation key', load: () => import('./subcommands/dct-sign.js') },
  { name: 'dct init', summary: 'set a repository up', load: () => import('./subcommands/dct-init.js') },
  { name: 'dct delegation', summary: 'add and remove signers', load: () => import('./subcommands/dct-delegation.js') },
  { name: 'dct rotate', summary: 'replace its keys', load: () => import('./subcommands/dct-rotate.js') },
  { name: 'key create', summary: 'make a key', load: () => import('./subcommands/key-create.js') },
  { name: 'key list', summary: 'list keys', load: () => import('./subcommands/key-list.js') },
  { name: 'key show', summary: 'show a key and its rules', load: () => import('./subcommands/key-show.js') },
  { name: 'key attest', summary: 'have the HSM prove what a key is', load: () => import('./subcommands/key-attest.js') },
  { name: 'key block', summary: 'have a key refuse every use', load: () => import('./subcommands/key-block.js') },
  { name: 'key unblock', summary: 'lift the block of a key', load: () => import('./subcommands/key-unblock.js') },
  {
    name: 'cert self-sign',
    summary: 'have a key issue its own certificate',
    load: () => import('./subcommands/cert-self-sign.js'),
  },
  { name: 'cert csr', summary: 'ask a CA for the certificate of a key', load: () => import('./subcommands/cert-csr.js') },
  { name: 'cert import', summary: 'keep what the CA has returned', load: () => import('./subcommands/cert-import.js') },
  { name: 'init', summary: 'write a configuration', load: () => import('./subcommands/init.js') },
  { name: 'doctor', summary: 'say what is wrong, and what to do', load: () => import('./subcommands/doctor.js') },
  { name: 'emulator', summary: 'run an emulated TSB, for development', load: () => import('./subcommands/emulator.js') },
];

/** What the words behind the name of the program begin with. */
export interface FoundCommand {
  readonly entry: CommandEntry;
  readonly rest: readonly string[];
}

/** The command that the words name, or `undefined`. */
export function findCommand(words: readonly string[]): FoundCommand | undefined {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    const entry = commandTable.find((one) => one.name === name);
    if (entry) return { entry, rest: words.slice(length) };
  }
  return undefined;
}
