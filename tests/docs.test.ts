import { beforeAll, describe, expect, it } from 'vitest';
import { type Block, exampleBlocks, markdownBlocks } from './doc-blocks.js';
import { createDocProgram, type DocProgram } from './doc-program.js';

const guide = markdownBlocks();
const { blocks: examples, bare } = exampleBlocks();
/** Shows that the program would see a wrong example, and says where. */
const wrong: Block = {
  file: 'wrong.md',
  line: 7,
  code: "import { sha256Hex } from '@securosys/core';\nexport const digest: number = sha256Hex(new Uint8Array());\n",
};

describe('documentation', () => {
  let program: DocProgram;
  beforeAll(() => {
    program = createDocProgram([...guide, ...examples, wrong]);
  });

  it('an example that does not compile is reported with its file and line', () => {
    expect(program.errors(wrong)).toEqual(["wrong.md:8: Type 'string' is not assignable to type 'number'."]);
  });

  it('every TypeScript block of the README files and of docs compiles', () => {
    expect(guide.map(({ file }) => file)).toContain('README.md');
    expect(guide.flatMap(program.errors)).toEqual([]);
  });

  it('every example of a doc comment is TypeScript that compiles', () => {
    expect(examples.length).toBeGreaterThan(10);
    expect(bare).toEqual([]);
    expect(examples.flatMap(program.errors)).toEqual([]);
  });

  it('every public export says in a doc comment what it is', () => {
    const { missing, count } = program.undocumented();
    expect(count).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });
});
