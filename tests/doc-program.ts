import { join, relative } from 'node:path';
import ts from 'typescript';
import type { Block } from './doc-blocks.js';
import { packages, root } from './workspace.js';

/** Source file of every entry of every package, by the name that users import. */
export const entries: ReadonlyMap<string, string> = new Map(
  [...packages].flatMap(([name, { exports }]) =>
    Object.entries(exports).flatMap(([path, targets]) =>
      typeof targets === 'string'
        ? []
        : [[`@securosys/${name}${path.slice(1)}`, join(root, 'packages', name, targets['@securosys/source'])] as const],
    ),
  ),
);

export interface DocProgram {
  /** `file:line: message` for everything that does not compile. */
  errors(block: Block): string[];
  /** `file:line name` of every public export without a doc comment, and the number of exports looked at. */
  undocumented(): { missing: string[]; count: number };
}

/**
 * One program of all entries and all blocks, each block a module that imports by public names only. It lies beside the file that shows
 * it, behind as many empty lines as stand above it there, so that lines in messages are those of the document.
 */
export function createDocProgram(blocks: readonly Block[]): DocProgram {
  const { options } = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    {},
    {
      ...ts.sys,
      // Only the options are wanted: no walk over the workspace.
      readDirectory: () => [],
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
      },
    },
  ) as ts.ParsedCommandLine;
  const all: ts.CompilerOptions = {
    ...options,
    moduleDetection: ts.ModuleDetectionKind.Force,
    // An example ends where the reader takes over.
    noUnusedLocals: false,
    noUnusedParameters: false,
    paths: Object.fromEntries([...entries].map(([name, file]) => [name, [file]])),
  };
  const pathOf = ({ file, line }: Block) => join(root, `${file}.${line}.ts`);
  const virtual = new Map(blocks.map((block) => [pathOf(block), '\n'.repeat(block.line - 1) + block.code]));
  const host = ts.createCompilerHost(all);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => virtual.has(path) || fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? readFile(path);
  const program = ts.createProgram([...entries.values(), ...virtual.keys()], all, host);
  const checker = program.getTypeChecker();

  function errors(block: Block): string[] {
    const source = program.getSourceFile(pathOf(block));
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ start = 0, messageText }) => {
      const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      return `${block.file}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  }

  function undocumented(): { missing: string[]; count: number } {
    const missing = new Set<string>();
    let count = 0;
    for (const file of entries.values()) {
      const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile);
      for (const exported of module ? checker.getExportsOfModule(module) : []) {
        const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
        const at = symbol.declarations?.[0];
        count++;
        if (symbol.getDocumentationComment(checker).length > 0) continue;
        const source = at?.getSourceFile();
        const line = source && at ? source.getLineAndCharacterOfPosition(at.getStart()).line + 1 : 0;
        missing.add(`${relative(root, source?.fileName ?? file)}:${line} ${exported.name}`);
      }
    }
    return { missing: [...missing].sort(), count };
  }

  return { errors, undocumented };
}
